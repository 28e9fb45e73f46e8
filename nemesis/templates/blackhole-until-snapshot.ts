/**
 * A follower hears nothing for so long that the others no longer have the log entries it misses: when it comes
 * back it must be sent a snapshot, which is another way into its state than the log, and one that is taken
 * seldom. Set `writes` above what the system keeps of its log.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'cuts a follower off until so much was written that it needs a snapshot to catch up',
  source:
    'etcd-io/etcd tests/robustness, failpoint BlackholeUntilSnapshot; etcd #15271 (watch went back in time)',
  parameters: {
    writes: {
      summary: 'ok operations until it is healed',
      default: 2000,
      from: 1,
      to: 1e7,
      whole: true,
    },
    for: { summary: 's until it is healed in any case', default: 40, from: 1, to: 3600 },
    quiet: { summary: 's before it', default: 3, from: 0.5, to: 600 },
  },
  needs: { nodes: 3, primaries: true },
  schedule: ({ writes = 0, for: length = 0, quiet = 0 }) => ({
    episodes: [
      {
        at: quiet,
        for: length,
        until: { after: { ok: writes } },
        fault: 'partition',
        plan: { shape: 'isolate', targets: { role: 'followers', pick: 'one' } },
      },
    ],
  }),
} satisfies Template
