/**
 * Transactions over shards, with three ways of concurrency control, as a system under test: how they are kept apart, and that
 * all shards carry a transaction out or none does, is what its builds with a known mistake get wrong.
 */
import type { Claim, Cluster, OptionValues, System } from '../../../harness/api.ts'
import { primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { transactionClients } from '../transactions/clients.ts'
import { bugs } from './bugs.ts'
import { StoreNode } from './node.ts'
import { type Control, controls, optionsOf, replications } from './options.ts'

const levels: Readonly<Record<Control, Omit<Claim, 'progressMs'>>> = {
  'two-phase-locking': {
    model: 'strict-serializable',
    says:
      'locks kept until the commit, and on what is not there yet: "serializable", in the order of the commits ' +
      '(Bernstein, Hadzilacos, Goodman 1987, section 3.5)',
  },
  optimistic: {
    model: 'strict-serializable',
    says: 'validation makes sure that there is an equivalent serial order, that of the commits (Kung & Robinson 1981, section 3)',
  },
  multiversion: {
    model: 'strong-snapshot-isolation',
    says:
      '"snapshot isolation semantics": all reads at the time of the start, which the one clock gives, and the first ' +
      'committer wins (Peng & Dabek 2010, section 2.2)',
  },
}

/** A client may wait for its time-out, those in doubt for an answer, a group for its election. */
const progressMs = (values: OptionValues): number =>
  values.replication === 'raft' ? 4000 + 10 * Number(values.electionMs) : 4000

/** Every shard is served by one. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const served = answers.flatMap(({ serves }) => serves as string[])
  const all = cluster.nodes.map(({ name }) => name)
  if ([...served].sort().join() !== [...all].sort().join())
    throw new Error(`${served.length} of ${all.length} shards are served`)
}

export default {
  summary:
    'store of our own with transactions over shards: locks, validation or snapshots; correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 3, allowed: [2, 3, 5] },
  // Without replication each shard is on one disk.
  needsDisks: true,
  options: {
    bug: bugOption(bugs),
    control: {
      summary: 'how transactions are kept apart; a mistake that one way alone can make decides',
      default: 'two-phase-locking',
      choices: controls,
      drawn: controls,
    },
    replication: {
      summary: 'each shard on one node, or in a Raft group of all',
      default: 'none',
      choices: replications,
      drawn: replications,
    },
    snapshotAfter: {
      summary: 'records in a log before a snapshot takes their place',
      default: '100',
      drawn: ['10', '100'],
    },
    electionMs: {
      summary: 'with Raft: shortest wait for a leader, ms; the longest is twice as long',
      default: '150',
    },
  },
  members: servers,
  program: (_, __, options) => (world) => new StoreNode(world, optionsOf(options)),
  ready,
  primaries,
  clients: transactionClients(({ options }) =>
    options.bug === 'TX12' ? 'run-again' : 'ask-again',
  ),
  claims: (values) => {
    const claim = { ...levels[optionsOf(values).control], progressMs: progressMs(values) }
    const single = { ...claim, model: 'linearizable' } as const
    return {
      ...{ 'list-append': claim, 'rw-register': claim, bank: claim, predicate: claim },
      ...{ register: single, set: single },
    }
  },
} satisfies System
