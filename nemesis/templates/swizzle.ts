/**
 * Some nodes lose their connections one by one, over seconds, and get them back one by one in another order:
 * the system passes through many memberships of its network instead of two. Found to show more than any
 * single partition by those who thought of it.
 */
import type { Template } from '../../harness/api.ts'

export default {
  summary: 'cuts nodes off one by one, and connects them again in another order',
  source: 'FoundationDB, "swizzle-clogging" (apple.github.io/foundationdb/testing.html)',
  parameters: {
    nodes: {
      summary: 'how many are cut off in the end, as far as there are as many',
      default: 3,
      from: 1,
      to: 99,
      whole: true,
    },
    step: { summary: 's from one change to the next, on average', default: 1.5, from: 0.2, to: 60 },
    quiet: { summary: 's before it, and between two times', default: 5, from: 0.5, to: 600 },
    times: { summary: 'how often', default: 2, from: 1, to: 100, whole: true },
  },
  needs: { nodes: 2 },
  schedule: ({ nodes = 1, step = 0, quiet = 0, times = 0 }, { topology, random }) => {
    const all = topology.members.map(({ name }) => name)
    let at = 0
    const episodes = Array.from({ length: times }, () => {
      at += quiet
      const chosen = random.shuffle(all).slice(0, nodes)
      return stagesOf(chosen, random.shuffle(chosen)).map((targets) => {
        const length = step * (0.5 + random.float())
        const episode = { at, for: length, fault: 'partition', plan: { shape: 'apart', targets } }
        at += length
        return episode
      })
    })
    return { episodes: episodes.flat() }
  },
} satisfies Template

/** Who is cut off after each change: one more each time, then one fewer, until it would be nobody. */
const stagesOf = (
  goes: readonly string[],
  comes: readonly string[],
): readonly (readonly string[])[] => [
  ...goes.map((_, place) => goes.slice(0, place + 1)),
  ...comes.slice(1).map((_, place) => comes.slice(place + 1)),
]
