/** MariaDB's isolation levels: the options, and what the manual promises of each. */
import type { Claim, Option, OptionValues } from '../../../harness/api.ts'

export const isolation: Option = {
  summary: 'the isolation level of every transaction',
  default: 'repeatable-read',
  choices: ['read-uncommitted', 'read-committed', 'repeatable-read', 'serializable'],
}

export const snapshotIsolation: Option = {
  summary:
    'whether a transaction fails that writes what has changed since its snapshot (innodb_snapshot_isolation)',
  default: 'off',
  choices: ['off', 'on'],
}

const levels: Readonly<Record<string, Claim>> = {
  'read-uncommitted': {
    model: 'read-uncommitted',
    says: 'SELECT takes no locks and reads what is not committed yet (MariaDB, SET TRANSACTION)',
  },
  'read-committed': {
    model: 'read-committed',
    says: 'every consistent read has a fresh snapshot of its own (MariaDB, SET TRANSACTION)',
  },
  'repeatable-read': {
    model: 'repeatable-read',
    says:
      '"All consistent reads within the same transaction read the snapshot established by the first ' +
      'read" (MariaDB, REPEATABLE READ)',
  },
  serializable: {
    model: 'serializable',
    says:
      'as repeatable read, but "InnoDB implicitly converts all plain SELECT statements to SELECT ... ' +
      'LOCK IN SHARE MODE" (MariaDB, SERIALIZABLE)',
  },
}

const snapshots: Claim = {
  model: 'snapshot-isolation',
  says:
    'innodb_snapshot_isolation=ON: a transaction at repeatable read that would write over what its snapshot ' +
    'does not show is rolled back (error 1020)',
}

/** What transactions are promised. */
export const transactionClaim = (options: OptionValues): Claim => {
  const level = options.isolation ?? isolation.default
  return level === 'repeatable-read' && options.snapshotIsolation === 'on'
    ? snapshots
    : levels[level]!
}
