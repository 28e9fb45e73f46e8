/** PostgreSQL's isolation levels: the option, and what the manual promises of each. */
import type { Claim, DataType, Option, OptionValues } from '../../../harness/api.ts'

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

/** What transactions are promised at a level, by data type. */
export const transactionClaims = (level = isolation.default): Readonly<Record<DataType, Claim>> => {
  const claim = levels[level]!
  return { 'list-append': claim, 'rw-register': claim, bank: claim, predicate: claim }
}
