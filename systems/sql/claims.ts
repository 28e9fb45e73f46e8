/** What a SQL database claims, by data type: of what single statements do, and of transactions, whatever they are made of. */
import type { Claim, DataType } from '../../harness/api.ts'

interface Claims {
  readonly register: Claim
  readonly set: Claim
  readonly transactions: Claim
}

export const claimsOf = ({
  register,
  set,
  transactions,
}: Claims): Readonly<Record<DataType, Claim>> => ({
  register,
  set,
  'list-append': transactions,
  'rw-register': transactions,
  bank: transactions,
  predicate: transactions,
})
