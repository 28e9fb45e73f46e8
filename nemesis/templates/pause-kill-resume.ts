/**
 * One node fails while pauses choose who forms the quorum before and after: a minority sleeps and misses what
 * is written; a node that has it crashes; those who also have it fall asleep in the very moment in which the
 * minority wakes up. Minority and crashed node are a majority that may know nothing of the writes. Found in
 * NATS JetStream, where the crash must be a power failure, because it acknowledges before it syncs.
 */
import type { Template } from '../../harness/api.ts'
import { minorityOf } from '../../harness/api.ts'

/** The crash comes shortly before the pauses change, s, and the node is back shortly after. */
const BEFORE_S = 0.3
const AFTER_S = 1

export default {
  summary:
    'one crash between two pauses, so that the quorum after it may not know what the one before it wrote',
  source: 'nats-io/nats-server#7567; jepsen-io/nats, nemesis pause-kill',
  parameters: {
    dark: { summary: 's that each side sleeps', default: 10, from: 2, to: 300 },
    quiet: { summary: 's before it', default: 5, from: 0.5, to: 600 },
    unsynced: {
      summary: '1: the crash is a power failure, 0: a kill',
      default: 1,
      from: 0,
      to: 1,
      whole: true,
    },
  },
  needs: { nodes: 3 },
  schedule: ({ dark = 0, quiet = 0, unsynced = 0 }, { topology, random }) => {
    const names = random.shuffle(topology.members.map(({ name }) => name))
    const minority = minorityOf(names.length)
    const swap = quiet + dark
    return {
      episodes: [
        {
          name: 'minority-sleeps',
          at: quiet,
          for: dark,
          fault: 'pause',
          plan: { targets: names.slice(0, minority) },
        },
        {
          name: 'crash',
          at: swap - BEFORE_S,
          for: BEFORE_S + AFTER_S,
          fault: unsynced === 1 ? 'lose-unsynced' : 'kill',
          plan: { targets: names.slice(minority, minority + 1) },
        },
        {
          name: 'rest-sleeps',
          at: swap,
          for: dark,
          fault: 'pause',
          plan: { targets: names.slice(minority + 1) },
        },
      ],
    }
  },
} satisfies Template
