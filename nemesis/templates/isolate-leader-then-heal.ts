/**
 * The partition that finds most: the leader alone, clients still connected to it, then everybody together
 * again. What the old leader acknowledged meanwhile must survive or must not have been acknowledged.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'cuts the leader off from every node, heals, and again',
  source:
    'Alquraan et al., OSDI 2018 (most partition failures need one isolated node); aphyr, Redis 2013',
  parameters: {
    for: { summary: 's that the leader is alone', default: 8, from: 0.5, to: 600 },
    quiet: { summary: 's before it, and between two times', default: 5, from: 0.5, to: 600 },
    times: { summary: 'how often', default: 2, from: 1, to: 100, whole: true },
  },
  needs: { nodes: 2, primaries: true },
  schedule: ({ for: length = 0, quiet = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      at: quiet + nth * (length + quiet),
      for: length,
      fault: 'partition',
      plan: { shape: 'isolate', targets: 'primary' },
    })),
  }),
} satisfies Template
