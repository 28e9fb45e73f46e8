/**
 * The relations between transactions, as bits, so that a set of them is a number: Adya's dependencies (1999)
 * and the orders that sessions and time add. PASS leads on from a node that stands for many transactions
 * (a moment in time, the writers behind a version): it belongs to the relation that led to that node.
 */
export const WW = 1
export const WR = 2
export const RW = 4
export const PROCESS = 8
export const REALTIME = 16
export const PASS = 32

/** What follows from data alone. */
export const DATA = WW | WR | RW
export const EVERY = DATA | PROCESS | REALTIME | PASS

/** The field's name of a relation. */
export const relationName = (relation: number): string => names[relation]!

const names: Readonly<Record<number, string>> = {
  [WW]: 'ww',
  [WR]: 'wr',
  [RW]: 'rw',
  [PROCESS]: 'process',
  [REALTIME]: 'realtime',
}
