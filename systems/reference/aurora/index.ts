/**
 * A database on a quorum of storage nodes in the manner of Aurora, as a system under test: six storage nodes in three zones,
 * and database instances, of which one writes and the others read.
 */
import type { Cluster, Member, System } from '../../../harness/api.ts'
import { openRegisterAtHome, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { openMultiRegister } from './clients.ts'
import { Database } from './database.ts'
import { StorageNode } from './storage.ts'
import { ZONES } from './volume.ts'

const says =
  'a commit is acknowledged when the volume-durable LSN has passed it (Verbitski and others 2017, section 4.2.2), and replicas ' +
  'with GLOBAL read consistency see all that was committed before'

const STORAGE_NODES = 6

const members = (nodes: number): readonly Member[] => [
  ...ZONES.slice(0, nodes - STORAGE_NODES).map(
    (zone): Member => ({ name: `db-${zone}`, role: 'database', serves: true }),
  ),
  ...ZONES.flatMap((zone) =>
    [1, 2].map((n): Member => ({ name: `${zone}${n}`, role: 'storage', serves: false })),
  ),
]

/** All storage nodes have a voice, and one database writes. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const writers = answers.filter(({ leads }) => leads === true).length
  const without = answers.filter(({ member }) => member === false).length
  if (writers !== 1 || without > 0)
    throw new Error(`${writers} databases write, ${without} storage nodes have no voice yet`)
}

export default {
  summary:
    'database of our own on six storage nodes in the manner of Aurora, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 9, allowed: [8, 9] },
  options: {
    bug: bugOption(bugs),
  },
  members,
  program: ({ role }, peers, options) => {
    const named = (wanted: string) =>
      peers.filter((peer) => peer.role === wanted).map(({ name }) => name)
    const both = {
      bug: options.bug as Bug | 'none',
      storage: named('storage'),
      databases: named('database'),
    }
    return (world) =>
      role === 'database' ? new Database(world, both) : new StorageNode(world, both)
  },
  ready,
  primaries,
  clients: {
    register: openRegisterAtHome,
    set: openSet,
    'multi-register': openMultiRegister,
  },
  claims: () => ({
    register: { model: 'linearizable', says },
    set: { model: 'linearizable', says },
    'multi-register': { model: 'linearizable', says },
  }),
} satisfies System
