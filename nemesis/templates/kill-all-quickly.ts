/**
 * Every node dies at once, again and again before the last recovery has settled: what replication alone kept
 * in memory is gone, and recovery meets the unfinished business of the recovery before it.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'kills every node at once, again and again, with little time to recover between',
  source:
    'jepsen.io/blog/2026-03-16 (Galera loses commits in a coordinated crash); apache/zookeeper#1993, #2111',
  parameters: {
    down: { summary: 's that all are down', default: 1, from: 0.1, to: 60 },
    up: { summary: 's that they run again before the next time', default: 6, from: 0.1, to: 600 },
    times: { summary: 'how often', default: 4, from: 1, to: 100, whole: true },
  },
  needs: {},
  schedule: ({ down = 0, up = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      at: up + nth * (down + up),
      for: down,
      fault: 'kill',
      plan: { targets: 'all' },
    })),
  }),
} satisfies Template
