/**
 * PostgreSQL 15 with standbys that follow it by streaming replication, and Patroni 3.0, which promotes one of them when the
 * primary is gone. Commits wait for a standby, or they do not; who reads may ask a standby. What is asked of it: does what
 * was acknowledged survive a fail-over, and what do those see who read elsewhere than they write?
 */
import type { Claim, System } from '../../../harness/api.ts'
import { claimsOf } from '../claims.ts'
import { lists } from '../clients.ts'
import { primaries, wallTime } from '../postgres/health.ts'
import { image } from '../postgres/image.ts'
import { isolation, transactionClaim } from '../postgres/isolation.ts'
import { ready } from './health.ts'
import { members, spec } from './nodes.ts'
import { clients } from './sessions.ts'

const asynchronous: Claim = {
  model: 'best-effort',
  says:
    'asynchronous replication: "the cluster is allowed to lose some committed transactions to ensure availability" ' +
    '(Patroni 3.0, Replication modes)',
}

/** A primary that was cut off answers reads until it knows that it is none any more. */
const synchronous: Claim = {
  model: 'sequential',
  says:
    'synchronous_mode: "will not promote a standby unless it is certain that the standby contains all transactions that may ' +
    'have returned a successful commit status to client" (Patroni 3.0, Replication modes)',
}

const elsewhere: Claim = {
  model: 'best-effort',
  says: '"data on the standby is eventually consistent with the primary" (PostgreSQL 15, Hot Standby)',
}

export default {
  summary:
    'PostgreSQL 15 with streaming standbys and Patroni 3.0, which promotes one when the primary is gone',
  image,
  version: '15',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    replication: {
      summary: 'whether a commit waits until a standby has it (synchronous_mode, strict)',
      default: 'asynchronous',
      choices: ['asynchronous', 'synchronous'],
    },
    waits: {
      summary:
        'whose commits wait for the standby: all, or not those of the clients of every other node (synchronous_commit=local)',
      default: 'all',
      choices: ['all', 'some'],
    },
    reads: {
      summary:
        'who answers transactions that only read: the primary, a standby (stale by design), or the own node whatever it is',
      default: 'primary',
      choices: ['primary', 'standby', 'own'],
    },
    cancelAfterMs: {
      summary:
        'after how long a client cancels a statement, as query time-outs of drivers do: a commit that waits for a ' +
        'standby included; 0: never',
      default: '0',
    },
    warnings: {
      summary:
        'what a client makes of a commit that "might not have been replicated": in doubt, or done',
      default: 'heeded',
      choices: ['heeded', 'ignored'],
    },
    leaseS: {
      summary: 'how long a primary leads that is not heard of (ttl; stock: 30)',
      default: '10',
    },
    isolation,
    lists,
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients,
  claims({ replication, waits, reads = 'primary', isolation }) {
    const kept = replication === 'synchronous' && waits !== 'some' ? synchronous : asynchronous
    const seen = reads === 'primary' ? kept : elsewhere
    const transactions = seen === synchronous ? transactionClaim(isolation) : seen
    return claimsOf({ register: seen, set: kept, transactions })
  },
} satisfies System
