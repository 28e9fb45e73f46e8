/**
 * Reads a history through a model and parts it: each part holds the operations of one independent
 * object in columns, with their intervals as positions of events. Positions, not clock readings, order
 * the events, so events of equal time stand in the order of the file.
 *
 * What did not happen or tells nothing is left out here, once: what the model does not read, and
 * indeterminate operations that change no state.
 */
import { FAIL, type History, INVOKE, type Key, NEMESIS, NONE, OK } from '../history.ts'
import { type Model, NotInModel, type Primitive, type Recorded } from '../model.ts'

/** `end` of an operation that may take effect at any time after its invocation, or never. */
export const NEVER = 2 ** 31 - 1

/** The operations of one object. Operations are numbered in the order of their invocations. */
export interface Part<O> {
  readonly key: Key | undefined
  readonly ops: readonly O[]
  /** Position of each operation's invocation in the history. */
  readonly start: Int32Array
  /** Position of its completion, or NEVER. */
  readonly end: Int32Array
  /** The operations that have an end, in the order of their ends. */
  readonly returns: Int32Array
}

/** All parts of a history, in the order of their first invocations. @throws NotInModel */
export const parts = <S, O>(history: History, model: Model<S, O>): Part<O>[] => {
  const { type, partner } = history.columns
  const drafts: Draft<O>[] = []
  const byKey = new Map<Key | undefined, Draft<O>>()
  /** For each completion whose operation counts: the part and the number of the operation in it. */
  const partOf = new Int32Array(history.length)
  const numberOf = new Int32Array(history.length)
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE) {
      if (partOf[position]! > 0) drafts[partOf[position]! - 1]!.returns.push(numberOf[position]!)
      continue
    }
    const op = readAt(history, model, position)
    if (op === undefined) continue
    const end = isOver(history, position)
    const key = model.partition?.(op, keyAt(history, position))
    let draft = byKey.get(key)
    if (draft === undefined) {
      draft = { number: drafts.length, key, ops: [], start: [], end: [], returns: [] }
      byKey.set(key, draft)
      drafts.push(draft)
    }
    if (end) {
      partOf[partner[position]!] = draft.number + 1
      numberOf[partner[position]!] = draft.ops.length
    }
    draft.ops.push(op)
    draft.start.push(position)
    draft.end.push(end ? partner[position]! : NEVER)
  }
  return drafts.map(({ key, ops, start, end, returns }) => ({
    key,
    ops,
    start: Int32Array.from(start),
    end: Int32Array.from(end),
    returns: Int32Array.from(returns),
  }))
}

interface Draft<O> {
  readonly number: number
  readonly key: Key | undefined
  readonly ops: O[]
  readonly start: number[]
  readonly end: number[]
  readonly returns: number[]
}

/** The operations of one object that were invoked at some positions, which are ascending. @throws NotInModel */
export const partAt = <S, O>(
  history: History,
  model: Model<S, O>,
  key: Key | undefined,
  positions: readonly number[],
): Part<O> => {
  const { partner } = history.columns
  const ends = new Map<number, number>()
  const ops = positions.map((position) => readAt(history, model, position)!)
  const end = Int32Array.from(positions, (position, number) => {
    if (!isOver(history, position)) return NEVER
    ends.set(partner[position]!, number)
    return partner[position]!
  })
  const returns = Int32Array.from(
    [...ends.keys()].sort((a, b) => a - b),
    (at) => ends.get(at)!,
  )
  return { key, ops, start: Int32Array.from(positions), end, returns }
}

/** Whether the operation invoked at a position has a known outcome. */
const isOver = ({ columns: { type, partner } }: History, position: number): boolean =>
  type[partner[position]!] === OK || type[partner[position]!] === FAIL

/** The operation invoked at a position as the model reads it, or undefined when it does not count. */
export const readAt = <S, O>(
  history: History,
  model: Model<S, O>,
  position: number,
): O | undefined => {
  const { columns } = history
  if (columns.process[position] === NEMESIS) return undefined
  const completion = columns.partner[position]!
  const type = completion === NONE ? NONE : columns.type[completion]!
  const recorded: Recorded = {
    process: columns.process[position]!,
    f: history.fs[columns.f[position]!]!,
    value: columns.value.at(position),
    outcome: type === OK ? 'ok' : type === FAIL ? 'fail' : 'info',
    result: completion === NONE ? undefined : columns.value.at(completion),
    error: completion !== NONE && history.error(completion) !== undefined,
  }
  try {
    const op = model.operation(recorded)
    return op !== undefined && recorded.outcome === 'info' && model.pure(op) ? undefined : op
  } catch (error) {
    if (!(error instanceof NotInModel)) throw error
    throw new NotInModel(`operation ${columns.index[position]}: ${error.message}`)
  }
}

const keyAt = (history: History, position: number): Key | undefined => {
  const key = history.columns.key[position]!
  return key === NONE ? undefined : history.keys[key]
}

/** The part that is left with these operations alone; `keep` is ascending. */
export const restrict = <O>(part: Part<O>, keep: readonly number[]): Part<O> => {
  const renumbered = new Int32Array(part.ops.length).fill(-1)
  keep.forEach((op, number) => {
    renumbered[op] = number
  })
  return {
    key: part.key,
    ops: keep.map((op) => part.ops[op]!),
    start: Int32Array.from(keep, (op) => part.start[op]!),
    end: Int32Array.from(keep, (op) => part.end[op]!),
    returns: part.returns.filter((op) => renumbered[op]! >= 0).map((op) => renumbered[op]!),
  }
}

/** Equal operations share a class: what the search compares and steps by. */
export interface Classes<O> {
  /** Class of each operation. */
  readonly of: Int32Array
  /** One operation of each class. */
  readonly ops: readonly O[]
  readonly pure: Uint8Array
  /** Whether each class forgets the state, in a model of growing states. */
  readonly forgetful: Uint8Array | undefined
}

/** The classes of a part's operations. */
export const classes = <S, O>(part: Part<O>, model: Model<S, O>): Classes<O> => {
  const of = new Int32Array(part.ops.length)
  const ops: O[] = []
  const byKey = new Map<Primitive, number>()
  part.ops.forEach((op, number) => {
    const key = model.opKey(op)
    let cls = byKey.get(key)
    if (cls === undefined) {
      cls = ops.length
      byKey.set(key, cls)
      ops.push(op)
    }
    of[number] = cls
  })
  const { growing } = model
  return {
    of,
    ops,
    pure: Uint8Array.from(ops, (op) => (model.pure(op) ? 1 : 0)),
    forgetful: growing && Uint8Array.from(ops, (op) => (growing.forgets(op) ? 1 : 0)),
  }
}
