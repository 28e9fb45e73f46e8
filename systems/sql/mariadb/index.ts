/**
 * MariaDB 10.11 as Debian packages it, with stock settings apart from what `nodes.ts` names: one server, or one with replicas
 * that follow its binary log. What is asked of it: do its isolation levels keep what their names promise, and what do those
 * see who read from a replica?
 */
import type { Claim, System } from '../../../harness/api.ts'
import { claimsOf } from '../claims.ts'
import { lists } from '../clients.ts'
import { primaries, ready, wallTime } from './health.ts'
import { image } from './image.ts'
import { isolation, snapshotIsolation, transactionClaim } from './isolation.ts'
import { members, spec } from './nodes.ts'
import { clients } from './sessions.ts'

const durability: Readonly<Record<string, Claim>> = {
  '1': {
    model: 'linearizable',
    says:
      'innodb_flush_log_at_trx_commit=1 "guarantees that after a crash, committed transactions will not be lost" ' +
      '(MariaDB, InnoDB system variables); one server',
  },
  '2': {
    model: 'linearizable',
    says:
      'innodb_flush_log_at_trx_commit=2 "can … lose transactions if there is a power failure or kernel crash but ' +
      'not if mysqld crashes" (MariaDB, InnoDB system variables); one server',
  },
  '0': {
    model: 'best-effort',
    says: 'innodb_flush_log_at_trx_commit=0 "has no guarantees in case of crash" (MariaDB, InnoDB system variables)',
  },
}

const replicas: Claim = {
  model: 'best-effort',
  says: 'replication is asynchronous: a replica shows what it has applied so far',
}

export const flush = {
  summary:
    'where the log is when a commit is acknowledged (innodb_flush_log_at_trx_commit): 1 on the disk, 2 with the ' +
    'kernel, 0 in the memory of the server',
  default: '1',
  choices: ['1', '2', '0'],
} as const

export default {
  summary: 'MariaDB 10.11, one server at any isolation level, or with asynchronous replicas',
  image,
  version: '10.11',
  sizes: { default: 1, allowed: [1, 2, 3] },
  options: {
    isolation,
    snapshotIsolation,
    flush,
    reads: {
      summary:
        'who answers transactions that only read: the primary, or a replica (stale by design)',
      default: 'primary',
      choices: ['primary', 'replica'],
    },
    lists,
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients,
  claims(options) {
    const single = options.reads === 'replica' ? replicas : durability[options.flush ?? '1']!
    return claimsOf({ register: single, set: single, transactions: transactionClaim(options) })
  },
} satisfies System
