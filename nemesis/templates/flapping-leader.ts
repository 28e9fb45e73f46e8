/**
 * Whoever leads is cut off as soon as there is somebody who leads: each leader is heard of again just when the
 * next one has been elected. Stale leaders, terms that race each other and clients that follow the wrong one
 * come one after another.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'cuts off every new leader as soon as it leads, while the one before comes back',
  source:
    'Alquraan et al., OSDI 2018 (leader election and stale leaders); Raft dissertation §9.6 (disruptive servers)',
  parameters: {
    for: {
      summary: 's that a leader is cut off at most; another leader ends it',
      default: 8,
      from: 0.5,
      to: 600,
    },
    after: { summary: 's that it stays cut off when another leads', default: 0.5, from: 0, to: 60 },
    up: { summary: 's of connection between two cuts', default: 1, from: 0, to: 600 },
    times: { summary: 'how often', default: 5, from: 1, to: 100, whole: true },
  },
  needs: { nodes: 3, primaries: true },
  schedule: ({ for: length = 0, after = 0, up = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      ...(nth === 0 ? { at: 3 } : { when: { on: 'healed' as const, episode: nth - 1, plus: up } }),
      for: length,
      until: { on: 'leader-change', plus: after },
      fault: 'partition',
      plan: { shape: 'isolate', targets: 'primary' },
    })),
  }),
} satisfies Template
