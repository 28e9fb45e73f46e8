/**
 * The leader sleeps for longer than its lease, as in a long garbage collection, and wakes up believing that it
 * still holds it. What it does then, and what a client does that slept with its lock, must be refused.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary:
    'freezes the leader for longer than its lease, so that it wakes up with one that has expired',
  source:
    'Kleppmann 2016 (how to do distributed locking); jepsen.io/analyses/etcd-3.4.3; etcd #15247',
  parameters: {
    ttl: {
      summary: 's that the lease, session or election timeout lasts',
      default: 3,
      from: 0.1,
      to: 300,
    },
    past: { summary: 's that the leader sleeps on after it', default: 2, from: 0.1, to: 300 },
    quiet: { summary: 's before it, and between two times', default: 5, from: 0.5, to: 600 },
    times: { summary: 'how often', default: 3, from: 1, to: 100, whole: true },
  },
  needs: { primaries: true },
  schedule: ({ ttl = 0, past = 0, quiet = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      at: quiet + nth * (ttl + past + quiet),
      for: ttl + past,
      fault: 'pause',
      plan: { targets: 'primary' },
    })),
  }),
} satisfies Template
