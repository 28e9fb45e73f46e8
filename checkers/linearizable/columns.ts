/**
 * Parts for the search straight from the columns of registers: operations that saw and left the same
 * are of one class, and only one of each class is read by the model.
 */
import type { Model } from '../model.ts'
import { keyName, type Registers } from '../registers/registers.ts'
import { type Classes, NEVER, type Part, readAt } from './part.ts'
import type { Classified } from './problem.ts'

/** The operations of one key, by number, and those of them with an end in the order of their ends. */
export interface KeyOps {
  readonly key: number
  readonly ops: Int32Array
  readonly returns: Int32Array
}

/** The operations of some keys, in the order of the keys. O(events). */
export const keyOps = (registers: Registers, wanted: ReadonlySet<number>): KeyOps[] => {
  const { history, size, key, end, versions } = registers
  const counts = new Int32Array(versions.keys)
  const ended = new Int32Array(versions.keys)
  const opAt = new Int32Array(history.length)
  for (let op = 0; op < size; op++) {
    counts[key[op]!]!++
    if (end[op] === NEVER) continue
    ended[key[op]!]!++
    opAt[end[op]!] = op + 1
  }
  const columns = (sizes: Int32Array): (Int32Array | undefined)[] =>
    Array.from(sizes, (count, one) => (wanted.has(one) ? new Int32Array(count) : undefined))
  const ops = columns(counts)
  const returns = columns(ended)
  const numbers = new Int32Array(size)
  counts.fill(0)
  ended.fill(0)
  for (let op = 0; op < size; op++) {
    const one = key[op]!
    const number = counts[one]!++
    numbers[op] = number
    const column = ops[one]
    if (column !== undefined) column[number] = op
  }
  for (let position = 0; position < opAt.length; position++) {
    const op = opAt[position]! - 1
    if (op < 0) continue
    const one = key[op]!
    const column = returns[one]
    if (column !== undefined) column[ended[one]!++] = numbers[op]!
  }
  return [...wanted].map((one) => ({ key: one, ops: ops[one]!, returns: returns[one]! }))
}

/** The part of one key with its classes. O(operations of the key). */
export const classified = <S, O>(
  registers: Registers,
  model: Model<S, O>,
  { key, ops, returns }: KeyOps,
): Classified<O> => {
  const { start, end } = registers
  const all = classesOf(registers, model, ops)
  const part: Part<O> = {
    key: keyName(registers, key),
    ops: Array.from(all.of, (cls) => all.ops[cls]!),
    start: ops.map((op) => start[op]!),
    end: ops.map((op) => end[op]!),
    returns,
  }
  return { part, classes: all }
}

const classesOf = <S, O>(
  { history, start, observed, installed, differs, versions }: Registers,
  model: Model<S, O>,
  numbers: Int32Array,
): Classes<O> => {
  const of = new Int32Array(numbers.length)
  const ops: O[] = []
  const ids = new Map<number, number>()
  const width = versions.size + 1
  numbers.forEach((op, number) => {
    const other = differs.get(op)
    const id = other === undefined ? (observed[op]! + 1) * width + installed[op]! + 1 : -1 - other
    let cls = ids.get(id)
    if (cls === undefined) {
      cls = ops.length
      ids.set(id, cls)
      ops.push(readAt(history, model, start[op]!)!)
    }
    of[number] = cls
  })
  const pure = Uint8Array.from(ops, (op) => (model.pure(op) ? 1 : 0))
  return { of, ops, pure, forgetful: undefined }
}
