/**
 * Leases, as a system under test: one node keeps them, one stores what they are for, and the others are servers, of
 * which the one with the leader's lease serves clients. Locks of clients are leases as well.
 */
import type { Claim, Cluster, Member, System } from '../../../harness/api.ts'
import { openLeader, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { openLock } from './clients.ts'
import { Keeper } from './keeper.ts'
import { Server } from './server.ts'
import { StorageNode } from './storage.ts'

/** A lease must be over, and the next leader hear of its own; clients look for it again. */
const PROGRESS_MS = 3000

const fenced: Claim = {
  model: 'linearizable',
  says: '"the storage server [takes] an active role in checking tokens, and rejecting any writes on which the token has gone backwards" (Kleppmann 2016, "Making the lock safe with fencing")',
  progressMs: PROGRESS_MS,
}
const lock: Claim = {
  model: 'linearizable',
  says: 'nobody else holds a lock until its lease is over, for a holder that looks at the time (Gray and Cheriton 1989, section 2)',
  progressMs: PROGRESS_MS,
}
const leader: Claim = {
  model: 'eventual',
  says: 'a term has one leader for ever, and everybody comes to know of it (Burrows 2006, section 2.4)',
  progressMs: PROGRESS_MS,
}

const members = (nodes: number): readonly Member[] => [
  { name: 'k1', role: 'keeper', serves: false },
  { name: 's1', role: 'storage', serves: false },
  ...servers(nodes - 2),
]

/** Everybody answers, and knows the one who leads. */
const ready = async (cluster: Cluster): Promise<void> => {
  const servers = cluster.nodes.filter(({ serves }) => serves)
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const leaders = answers.filter(({ leads }) => leads === true)
  const terms = new Set(answers.slice(-servers.length).map(({ term }) => term))
  if (leaders.length !== 1 || terms.size !== 1)
    throw new Error(`${leaders.length} lead, in ${terms.size} terms`)
}

export default {
  summary:
    'leases, locks with tokens and election by lease, of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 5, allowed: [4, 5, 7] },
  options: {
    bug: bugOption(bugs),
  },
  members,
  program: ({ role }, peers, options) => {
    const bug = options.bug as Bug | 'none'
    const named = (wanted: string) =>
      peers.filter((peer) => peer.role === wanted).map(({ name }) => name)
    const around = { keeper: named('keeper')[0]!, storage: named('storage')[0]! }
    return (world) => {
      if (role === 'keeper') return new Keeper(world, named('server'), bug)
      return role === 'storage' ? new StorageNode(world, bug) : new Server(world, around)
    }
  },
  ready,
  primaries,
  clients: { lock: openLock, leader: openLeader, set: openSet },
  claims: () => ({ lock, leader, set: fenced }),
} satisfies System
