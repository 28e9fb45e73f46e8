/** State machine replication with Lamport's clocks, as a system under test; its builds with a known mistake must be caught. */
import type { Cluster, Member, System } from '../../../harness/api.ts'
import { openRegister, openSet, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption } from '../declaration.ts'
import { openLock } from '../lock-clients.ts'
import { type Bug, bugs } from './bugs.ts'
import { LamportNode } from './node.ts'

const says =
  '"a total ordering of events which is an extension of the partial ordering": reads and writes take their places in it, ' +
  'and are answered when all nodes know them (Lamport 1978)'
const excludes =
  '"a process which has been granted the resource must release it before it can be granted to another process" ' +
  '(Lamport 1978, condition I)'

/** Each node has a role of its own: no other can stand in for it, and its disk must not be lost. */
const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, n) => {
    return { name: `n${n + 1}`, role: `process-${n + 1}`, serves: true }
  })

/** Everybody answers, and has carried out all that it knows of. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const behind = answers.filter((answer) => answer.behind !== 0).length
  if (behind > 0) throw new Error(`${behind} nodes have requests that are not carried out`)
}

export default {
  summary:
    'state machine replication with Lamport clocks, of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 3, allowed: [2, 3, 5] },
  options: {
    bug: bugOption(bugs),
    snapshotAfter: {
      summary: 'requests carried out before a state takes their place',
      default: '1000',
      drawn: ['20', '1000'],
    },
  },
  members,
  program: (_, __, options) => (world) =>
    new LamportNode(world, {
      bug: options.bug as Bug | 'none',
      snapshotAfter: Number(options.snapshotAfter),
    }),
  ready,
  clients: { register: openRegister, set: openSet, lock: openLock },
  claims: () => ({
    register: { model: 'linearizable', says },
    set: { model: 'linearizable', says },
    lock: { model: 'linearizable', says: excludes },
  }),
} satisfies System
