/**
 * A part laid out for the search. Completed operations are numbered by the order of their returns
 * (`rank`), so that a configuration needs only the number k of returns passed and one bit for each
 * operation still open there: its size depends on the concurrency, not on the length of the history.
 * The bit is a slot, given to an operation at its invocation and free again after its return, as
 * registers are given to variables.
 *
 * Indeterminate operations follow the completed ones, in the order of their invocations. Those that
 * can explain nothing are left out.
 */
import type { Effects } from './effects.ts'
import { type LookAhead, lookAhead } from './look-ahead.ts'
import type { Classes, Part } from './part.ts'
import { NEVER } from './part.ts'

export interface Plan {
  /** How many operations must take effect: ranks 0 … required-1. */
  readonly required: number
  /** How many may: numbers required … required+optional-1. */
  readonly optional: number
  /** Number in the part of each operation. */
  readonly op: Int32Array
  readonly cls: Int32Array
  /** Whether each class changes no state. */
  readonly pure: Uint8Array
  /** Slot of each completed operation. */
  readonly slot: Int32Array
  /** How many slots there are. */
  readonly slots: number
  /** `open[offset[k] … offset[k+1]-1]`: ranks of the operations open at return k, by return. */
  readonly offset: Int32Array
  readonly open: Int32Array
  /** For each rank: the first return at which it is open. */
  readonly since: Int32Array
  /** For each entry of `open`: the entry before it of the same class open at the same return, or -1. */
  readonly twin: Int32Array
  /** How many optional operations were invoked before return k. */
  readonly available: Int32Array
  /** For each optional operation, counted from 0: the one of the same class before it, or -1. */
  readonly optionalTwin: Int32Array
  readonly ahead: LookAhead | undefined
  readonly bytes: number
}

/** Lays out a part. O(operations × concurrency). */
export const plan = <S, O>(part: Part<O>, classes: Classes<O>, effects: Effects<S, O>): Plan => {
  const required = part.returns.length
  const wanted = useful(part, classes, effects)
  const op = new Int32Array(required + wanted.length)
  op.set(part.returns)
  op.set(wanted, required)
  const cls = op.map((number) => classes.of[number]!)
  const { slot, slots, offset, open, since } = sweep(part)
  const available = new Int32Array(required)
  for (let k = 0, seen = 0; k < required; k++) {
    const end = part.end[op[k]!]!
    while (seen < wanted.length && part.start[wanted[seen]!]! < end) seen++
    available[k] = seen
  }
  const twin = twins(offset, open, cls, classes.ops.length)
  const last = new Int32Array(classes.ops.length).fill(-1)
  const optionalTwin = Int32Array.from(wanted, (number, i) => {
    const before = last[classes.of[number]!]!
    last[classes.of[number]!] = i
    return before
  })
  const bytes = (op.length * 3 + required * 4 + open.length * 2) * 4
  const { pure } = classes
  const optional = wanted.length
  return {
    ...{ required, optional, op, cls, pure, slot, slots },
    ...{ offset, open, since, twin, available, optionalTwin, bytes },
    ahead: lookAhead(part, classes),
  }
}

/**
 * Numbers of the indeterminate operations that could explain something, in order of invocation: those
 * that may explain a completed one, and those that may explain one of these, and so on.
 */
const useful = <S, O>(part: Part<O>, classes: Classes<O>, effects: Effects<S, O>): number[] => {
  if (part.returns.length === part.end.length) return []
  const indeterminate: number[] = []
  part.end.forEach((end, number) => {
    if (end === NEVER) indeterminate.push(number)
  })
  const completed = new Set<number>()
  for (const number of part.returns) completed.add(classes.of[number]!)
  const causes = new Set(indeterminate.map((number) => classes.of[number]!))
  const kept = new Set<number>()
  const causesOf = new Map<number, number[]>()
  for (const cause of causes)
    for (const effect of effects.of(cause)) {
      if (completed.has(effect)) kept.add(cause)
      else if (causes.has(effect)) causesOf.set(effect, [...(causesOf.get(effect) ?? []), cause])
    }
  // A set visits what is added while it is gone through.
  for (const effect of kept) for (const cause of causesOf.get(effect) ?? []) kept.add(cause)
  return indeterminate.filter((number) => kept.has(classes.of[number]!))
}

/** How many entries `Plan.open` will have: the sum of the concurrency over all returns. */
export const openEntries = <O>(part: Part<O>): number => {
  const { start, end, returns } = part
  let entries = 0
  for (let k = 0, next = 0, invoked = 0; k < returns.length; k++) {
    const at = end[returns[k]!]!
    for (; next < start.length && start[next]! < at; next++) if (end[next] !== NEVER) invoked++
    entries += invoked - k
  }
  return entries
}

/** Goes through invocations and returns in order, keeping the open operations sorted by return. */
const sweep = <O>(part: Part<O>): Pick<Plan, 'slot' | 'slots' | 'offset' | 'open' | 'since'> => {
  const required = part.returns.length
  const rank = new Int32Array(part.ops.length).fill(-1)
  part.returns.forEach((number, k) => {
    rank[number] = k
  })
  const slot = new Int32Array(required)
  const since = new Int32Array(required)
  const offset = new Int32Array(required + 1)
  const free: number[] = []
  const now: number[] = []
  let open = new Int32Array(Math.max(16, required * 4))
  let slots = 0
  let invoked = 0
  for (let k = 0; k < required; k++) {
    const end = part.end[part.returns[k]!]!
    for (; invoked < part.ops.length && part.start[invoked]! < end; invoked++) {
      const opened = rank[invoked]!
      if (opened < 0) continue
      slot[opened] = free.pop() ?? slots++
      since[opened] = k
      let at = now.length
      for (now.push(opened); at > 0 && now[at - 1]! > opened; at--) now[at] = now[at - 1]!
      now[at] = opened
    }
    const from = offset[k]!
    if (from + now.length > open.length) {
      const larger = new Int32Array(Math.max(open.length * 2, from + now.length))
      larger.set(open)
      open = larger
    }
    for (let i = 0; i < now.length; i++) open[from + i] = now[i]!
    offset[k + 1] = from + now.length
    free.push(slot[k]!)
    now.shift()
  }
  return { slot, slots, offset, open: open.subarray(0, offset[required]), since }
}

const twins = (
  offset: Int32Array,
  open: Int32Array,
  cls: Int32Array,
  classCount: number,
): Int32Array => {
  const twin = new Int32Array(open.length)
  const last = new Int32Array(classCount).fill(-1)
  for (let k = 0; k + 1 < offset.length; k++)
    for (let i = offset[k]!; i < offset[k + 1]!; i++) {
      const c = cls[open[i]!]!
      twin[i] = last[c]! >= offset[k]! ? last[c]! : -1
      last[c] = i
    }
  return twin
}
