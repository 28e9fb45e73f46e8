/** Multi-Paxos, as a system under test: a replicated log whose builds with a known mistake must be caught. */
import type { Claim, Cluster, System } from '../../../harness/api.ts'
import { openLeader, openRegister, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { PaxosNode } from './node.ts'

const says =
  '"To guarantee that all servers execute the same sequence of state machine commands, we implement a sequence of separate instances of the Paxos consensus algorithm", and reads are commands as well (Lamport 2001, section 3)'

const unique =
  '"different proposers choose their numbers from disjoint sets", so nobody else leads with a ballot (Lamport 2001, section 2.5)'

/** A few elections: two that stand at once may keep each other from leading for a while, ms. */
const progressMs = (electionMs: number): number => 2000 + 10 * electionMs

/** Everybody answers and follows one ballot, whose proposer leads. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const leaders = answers.filter(({ leads }) => leads === true)
  const terms = new Set(answers.map(({ term }) => term))
  if (leaders.length === 0 || terms.size !== 1)
    throw new Error(`${leaders.length} lead, with ${terms.size} ballots`)
}

export default {
  summary: 'Multi-Paxos key-value store of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  // An acceptor that has forgotten its promises is another acceptor (Lamport 2001, section 2.5).
  needsDisks: true,
  sizes: { default: 5, allowed: [1, 3, 5, 7] },
  options: {
    bug: bugOption(bugs),
    snapshotAfter: {
      summary: 'slots in the log before a snapshot takes their place',
      default: '100',
      drawn: ['10', '100'],
    },
    electionMs: {
      summary: 'shortest wait for a leader, ms; the longest is twice as long',
      default: '150',
      drawn: ['50', '150'],
    },
  },
  members: servers,
  program: (_, __, options) => (world) =>
    new PaxosNode(world, {
      bug: options.bug as Bug | 'none',
      snapshotAfter: Number(options.snapshotAfter),
      electionMs: Number(options.electionMs),
    }),
  ready,
  primaries,
  clients: { register: openRegister, set: openSet, leader: openLeader },
  claims: ({ electionMs }) => {
    const linearizable: Claim = {
      model: 'linearizable',
      says,
      progressMs: progressMs(Number(electionMs)),
    }
    const leader: Claim = { ...linearizable, model: 'eventual', says: unique }
    return { register: linearizable, set: linearizable, leader }
  },
} satisfies System
