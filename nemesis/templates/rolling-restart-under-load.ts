/**
 * Every node is restarted, one after the other, each time waiting until the system serves again: what
 * operators do at every update, and by the makers' own words no failure at all. So what breaks here is a
 * plain defect.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'restarts every node, one after the other, while clients go on',
  source:
    'every system’s own upgrade guide; etcd-io/etcd tests/robustness (member replace and downgrade failpoints)',
  parameters: {
    kill: {
      summary: '1: nodes are killed, 0: asked to end',
      default: 0,
      from: 0,
      to: 1,
      whole: true,
    },
    quiet: { summary: 's before it, and between two times', default: 4, from: 0.5, to: 600 },
    times: { summary: 'how often', default: 2, from: 1, to: 100, whole: true },
  },
  needs: {},
  schedule: ({ kill = 0, quiet = 0, times = 0 }) => ({
    episodes: Array.from({ length: times }, (_, nth) => ({
      ...(nth === 0
        ? { at: quiet }
        : { when: { on: 'healed' as const, episode: nth - 1, plus: quiet } }),
      for: 0.1,
      fault: 'restart',
      plan: { targets: 'all', order: 'rolling', by: kill === 1 ? 'kill' : 'stop' },
    })),
  }),
} satisfies Template
