/** PostgreSQL's isolation levels: the option, and what the manual promises of each. */
import type { Claim, Option, OptionValues } from '../../../harness/api.ts'

export const isolation: Option = {
  summary: 'the isolation level of every transaction',
  default: 'read-committed',
  choices: ['read-committed', 'repeatable-read', 'serializable'],
}

const levels: Readonly<Record<string, Claim>> = {
  'read-committed': {
    model: 'read-committed',
    says: 'a query "sees only data committed before the query began" (PostgreSQL 15, 13.2.1)',
  },
  'repeatable-read': {
    model: 'snapshot-isolation',
    says:
      'repeatable read is "implemented using a technique known in academic database literature" as ' +
      'Snapshot Isolation (PostgreSQL 15, 13.2.2)',
  },
  serializable: {
    model: 'serializable',
    says:
      'serializable "emulates serial transaction execution for all committed transactions" ' +
      '(PostgreSQL 15, 13.2.3)',
  },
}

/** The level that is asked for, as PostgreSQL names it. */
export const levelOf = ({ isolation: level = isolation.default }: OptionValues): string =>
  level.replace('-', ' ')

/** What transactions are promised at a level. */
export const transactionClaim = (level = isolation.default): Claim => levels[level]!
