/**
 * The clock of whoever leads is set wrong, ahead and back in turn. A lease that is counted on a wall clock ends
 * early, or late: then the old leader serves while another one is elected.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'sets the leader’s wall clock ahead, then back, while clients go on',
  source:
    'Kleppmann 2016 (Redlock); jepsen.io/analyses (clock skew in CockroachDB, YugabyteDB, Dgraph)',
  parameters: {
    ms: { summary: 'ms that it jumps', default: 10_000, from: 1, to: 86_400_000, whole: true },
    for: { summary: 's that it stays wrong', default: 6, from: 0.5, to: 600 },
    quiet: { summary: 's before it, and between two times', default: 4, from: 0.5, to: 600 },
    times: { summary: 'how often', default: 4, from: 1, to: 100, whole: true },
  },
  needs: { primaries: true },
  schedule: ({ ms = 0, for: length = 0, quiet = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      at: quiet + nth * (length + quiet),
      for: length,
      fault: 'clock-jump',
      plan: { targets: 'primary', ms: nth % 2 === 0 ? ms : -ms },
    })),
  }),
} satisfies Template
