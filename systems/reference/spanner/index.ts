/** A database in the manner of Spanner, as a system under test: groups on several servers, and transactions over them. */
import type { Cluster, System } from '../../../harness/api.ts'
import { primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { transactionClients } from '../transactions/clients.ts'
import { type Bug, bugs } from './bugs.ts'
import { SpannerNode } from './node.ts'
import { GROUPS } from './placement.ts'

const says =
  '"if the start of a transaction T2 occurs after the commit of a transaction T1, then the commit timestamp of T2 must be ' +
  'greater than the commit timestamp of T1": external consistency, for transactions with locks and for snapshots (Corbett and ' +
  'others 2012, section 4.1.2)'

/** Leases run out, leaders are elected, and what was prepared gets its outcome. */
const PROGRESS_MS = 3500

const {
  'list-append': listAppend,
  'rw-register': rwRegister,
  bank,
  register,
} = transactionClients()
const clients = { 'list-append': listAppend, 'rw-register': rwRegister, bank, register }

/** Every group is led by somebody who has its lease. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const led = answers.flatMap((answer) => answer.led as readonly string[])
  if (led.length !== GROUPS || new Set(led).size !== GROUPS)
    throw new Error(`of ${GROUPS} groups these are led: ${led.join(', ') || 'none'}`)
}

export default {
  summary:
    'database of our own in the manner of Spanner: TrueTime, leases, two-phase commit over groups; correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    bug: bugOption(bugs),
    uncertaintyMs: {
      summary: 'a server that is less certain of the time takes no part, ms',
      default: '1500',
    },
    snapshotAfter: {
      summary: 'entries in a log before a snapshot takes their place',
      default: '200',
      drawn: ['20', '200'],
    },
  },
  members: servers,
  needsDisks: true,
  program: (_, __, options) => (world) =>
    new SpannerNode(world, {
      bug: options.bug as Bug | 'none',
      snapshotAfter: Number(options.snapshotAfter),
      uncertaintyMs: Number(options.uncertaintyMs),
    }),
  ready,
  primaries,
  clients,
  claims: () => {
    const strict = { model: 'strict-serializable', says, progressMs: PROGRESS_MS } as const
    const linearizable = { model: 'linearizable', says, progressMs: PROGRESS_MS } as const
    return {
      'list-append': strict,
      'rw-register': strict,
      bank: strict,
      register: linearizable,
    }
  },
} satisfies System
