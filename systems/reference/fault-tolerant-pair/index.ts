/** A fault-tolerant pair of virtual machines, as a system under test; its builds with a known mistake must be caught. */
import type { Cluster, Member, System } from '../../../harness/api.ts'
import { openRegisterAtHome, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption } from '../declaration.ts'
import { openLock } from '../lock-clients.ts'
import { type Bug, bugs } from './bugs.ts'
import { Host } from './host.ts'
import { SharedStorage } from './shared-storage.ts'

const says =
  '"no externally visible state or data is lost" when the primary fails: output rule and test-and-set ' +
  '(Scales, Nelson, Venkitachalam 2010, section 2)'

const members = (): readonly Member[] => [
  { name: 's1', role: 'shared-storage', serves: false },
  { name: 'n1', role: 'host', serves: true },
  { name: 'n2', role: 'host', serves: true },
]

/** Every machine serves, or is a backup that has the state. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const hosts = answers.filter(({ role }) => role !== undefined)
  const unready = hosts.filter((host) => host.isReady !== true).map(({ role }) => String(role))
  if (unready.length > 0) throw new Error(`not ready: ${unready.join(', ')}`)
}

export default {
  summary:
    'primary and backup as replayed machines with a test-and-set, of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 3, allowed: [3] },
  options: {
    bug: bugOption(bugs),
    snapshotAfter: {
      summary: 'inputs in the log before a state takes their place',
      default: '100',
      drawn: ['5', '20', '100'],
    },
  },
  members,
  program: ({ name, role }, peers, options) => {
    const bug = options.bug as Bug | 'none'
    if (role === 'shared-storage') return (world) => new SharedStorage(world, bug)
    const [first, second] = peers.filter((peer) => peer.role === 'host')
    const isFirst = name === first!.name
    const host = {
      bug,
      other: (isFirst ? second! : first!).name,
      sharedStorage: peers.find((peer) => peer.role === 'shared-storage')!.name,
      founding: { pair: 1, role: isFirst ? ('primary' as const) : ('backup' as const) },
      snapshotAfter: Number(options.snapshotAfter),
    }
    return (world) => new Host(world, host)
  },
  ready,
  primaries,
  clients: { register: openRegisterAtHome, set: openSet, lock: openLock },
  claims: () => ({
    register: { model: 'linearizable', says },
    set: { model: 'linearizable', says },
    lock: { model: 'linearizable', says },
  }),
} satisfies System
