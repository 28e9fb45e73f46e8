/**
 * Names of transactions: the node that coordinates, the run of its program, and a number that rises: `n2/5f3a/17`. No two
 * transactions have the same one, whatever was forgotten in between.
 */

export const nameOf = (coordinator: string, number: number): string => `${coordinator}/${number}`

/** The run of a node that coordinates a transaction: `n2/5f3a`. */
export const coordinatorOf = (transaction: string): string =>
  transaction.slice(0, transaction.lastIndexOf('/'))

export const numberOf = (transaction: string): number =>
  Number(transaction.slice(transaction.lastIndexOf('/') + 1))

/** The node that coordinates a transaction, and the shard that keeps what becomes of it. */
export const homeOf = (transaction: string): string => transaction.split('/', 1)[0]!
