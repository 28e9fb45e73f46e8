/**
 * The operations of one key as clusters: a write with the reads of its value (Gibbons and Korach, 1997).
 * A compare-and-set that happened counts as a write; what it saw is a matter of other checkers. The
 * initial value is written before everything. An indeterminate write counts when its value was read;
 * else it may not have happened, and then nothing is stale for it.
 */
import { NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import type { Registers } from '../registers/registers.ts'

export interface Clusters {
  readonly key: number
  /** How many writes there are; number 0 is the initial value. */
  readonly writes: number
  /** By write: its invocation, -1 for the initial value; all moments are positions in the history. */
  readonly begun: Int32Array
  /** By write: the first completion of it or a read of it: it had taken effect by then. */
  readonly done: Int32Array
  /** By write: the operation, NONE for the initial value, and the one that completed first. */
  readonly op: Int32Array
  readonly doneBy: Int32Array
  /** The reads by invocation: which write they saw, when they were invoked, and the operation. */
  readonly reads: number
  readonly source: Int32Array
  readonly asked: Int32Array
  readonly reader: Int32Array
}

/** The clusters of each key; values are unique and were written. O(n). */
export const clustersOf = (registers: Registers, producer: Int32Array): Clusters[] => {
  const byKey = new Map<number, number[]>()
  for (let op = 0; op < registers.size; op++) {
    const own = byKey.get(registers.key[op]!)
    if (own === undefined) byKey.set(registers.key[op]!, [op])
    else own.push(op)
  }
  return [...byKey].map(([key, ops]) => cluster(registers, producer, key, ops))
}

/** The clusters of one key from some of its operations, in the order of their invocations. */
export const cluster = (
  registers: Registers,
  producer: Int32Array,
  key: number,
  ops: readonly number[],
): Clusters => {
  const { observed, end, start } = registers
  const isWrite = (op: number): boolean => writes(registers, op)
  const readers = ops.filter((op) => !isWrite(op) && observed[op] !== NONE)
  const seen = new Set(readers.map((op) => observed[op]!))
  const kept = ops.filter(
    (op) => isWrite(op) && (end[op] !== NEVER || seen.has(registers.installed[op]!)),
  )
  const numberOf = new Map(kept.map((op, at) => [op, at + 1]))
  const op = Int32Array.from([NONE, ...kept])
  const done = Int32Array.from(op, (one) => (one === NONE ? -1 : end[one]!))
  const doneBy = op.slice()
  const source = Int32Array.from(readers, (one) => numberOf.get(producer[observed[one]!]!) ?? 0)
  readers.forEach((one, at) => {
    const write = source[at]!
    if (end[one]! >= done[write]!) return
    done[write] = end[one]!
    doneBy[write] = one
  })
  return {
    ...{ key, writes: op.length, op, done, doneBy, reads: readers.length, source },
    begun: Int32Array.from(op, (one) => (one === NONE ? -1 : start[one]!)),
    asked: Int32Array.from(readers, (one) => start[one]!),
    reader: Int32Array.from(readers),
  }
}

/** Whether an operation leaves another value than it found. */
export const writes = ({ observed, installed }: Registers, op: number): boolean =>
  installed[op] !== NONE && installed[op] !== observed[op]
