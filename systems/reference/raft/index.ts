/** Raft, as a system under test: a replicated key-value store whose builds with a known mistake must be caught. */
import type { Cluster, System } from '../../../harness/api.ts'
import { openRegister, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { membership } from './operator.ts'
import { RaftServer } from './server.ts'

const says =
  '"Our goal for Raft is to implement linearizable semantics" (Ongaro and Ousterhout 2014, section 8)'

/** Clients look for the leader again, and an election may need several rounds (section 9.3). */
const progressMs = (electionMs: number): number => 2000 + 10 * electionMs

/** Everybody answers, and one leads them all. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const leaders = answers.filter(({ leads }) => leads === true)
  const terms = new Set(answers.map(({ term }) => term))
  if (leaders.length !== 1 || terms.size !== 1)
    throw new Error(`${leaders.length} lead, in ${terms.size} terms`)
}

export default {
  summary: 'Raft key-value store of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 5, allowed: [1, 3, 4, 5, 7] },
  options: {
    bug: bugOption(bugs),
    snapshotAfter: {
      summary: 'entries in the log before a snapshot takes their place',
      default: '100',
      drawn: ['3', '10', '100'],
    },
    electionMs: {
      summary: 'shortest wait for a leader, ms; the longest is twice as long',
      default: '150',
      drawn: ['50', '150'],
    },
  },
  members: servers,
  program: (_, __, options) => (world) =>
    new RaftServer(world, {
      bug: options.bug as Bug | 'none',
      snapshotAfter: Number(options.snapshotAfter),
      electionMs: Number(options.electionMs),
    }),
  ready,
  primaries,
  membership,
  clients: { register: openRegister, set: openSet },
  claims: ({ electionMs }) => {
    const claim = {
      model: 'linearizable',
      says,
      progressMs: progressMs(Number(electionMs)),
    } as const
    return { register: claim, set: claim }
  },
} satisfies System
