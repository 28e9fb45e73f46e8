/**
 * For tests: random histories of collections into which every element is put once. Elements are drawn as
 * inserts come; a removal takes from a right object at its invocation or its completion, and some answers are
 * then exchanged for those of other elements, or for none.
 */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

export interface UniqueKind {
  readonly insert: string
  readonly remove: string
  /** The element of the n-th insert. */
  readonly element: (n: number) => number
  /** Place of the element that comes out next. */
  readonly next: (items: readonly number[]) => number
}

export const uniqueQueue: UniqueKind = {
  insert: 'enqueue',
  remove: 'dequeue',
  element: (n) => n,
  next: () => 0,
}

export const uniqueStack: UniqueKind = {
  insert: 'push',
  remove: 'pop',
  element: (n) => n,
  next: (items) => items.length - 1,
}

export const uniquePriorityQueue: UniqueKind = {
  insert: 'insert',
  remove: 'extract-min',
  // Neither ascending nor descending.
  element: (n) => (n * 7) % 17,
  next: (items) => items.indexOf(Math.min(...items)),
}

interface Step {
  readonly thread: number
  readonly inserts: boolean
  readonly early: boolean
  readonly fate: number
  readonly pick: number
}

/** How many of 100 answers are made wrong, and how many outcomes unknown. */
export interface Faults {
  readonly wrong: number
  readonly unknown: number
}

/** Histories of up to `most` operations of four threads on one collection. */
export const uniqueHistories = (
  kind: UniqueKind,
  most: number,
  faults: Faults,
): fc.Arbitrary<History> =>
  fc
    .array(
      fc.record({
        thread: fc.nat(3),
        inserts: fc.boolean(),
        early: fc.boolean(),
        fate: fc.nat(99),
        pick: fc.nat(99),
      }),
      { minLength: most, maxLength: most * 2 },
    )
    .map((steps) => History.from(play(kind, steps, most, faults)))

interface Pending {
  readonly f: string
  readonly given: number | null
  answer?: number | null
}

const play = (
  kind: UniqueKind,
  steps: readonly Step[],
  most: number,
  { wrong, unknown }: Faults,
): EventInput[] => {
  const events: EventInput[] = []
  const items: number[] = []
  const processes = [0, 1, 2, 3]
  const open = new Map<number, Pending>()
  let inserted = 0
  let invoked = 0
  const perform = (call: Pending): void => {
    if (call.answer !== undefined) return
    call.answer = call.given ?? items.splice(kind.next(items), 1)[0] ?? null
    if (call.given !== null) items.push(call.given)
  }
  for (const { thread, inserts, early, fate, pick } of steps) {
    const process = processes[thread]!
    const pending = open.get(thread)
    if (pending === undefined) {
      if (invoked++ >= most) continue
      const given = inserts ? kind.element(inserted++) : null
      const call: Pending = { f: inserts ? kind.insert : kind.remove, given }
      events.push({ process, type: 'invoke', f: call.f, value: given })
      if (early) perform(call)
      open.set(thread, call)
      continue
    }
    open.delete(thread)
    const { f, given } = pending
    if (fate < unknown) {
      if (pick < 50) perform(pending)
      events.push({ process, type: 'info', f, value: given, error: 'timeout' })
      processes[thread]! += 4
      continue
    }
    perform(pending)
    const other = pick % (inserted + 1)
    const lie = other === inserted ? null : kind.element(other)
    const value = given === null && fate >= 100 - wrong ? lie : pending.answer
    events.push({ process, type: 'ok', f, value })
  }
  // What stays open is of unknown outcome as well.
  for (const [thread, pending] of unknown === 0 ? open : []) {
    perform(pending)
    events.push({ process: processes[thread]!, type: 'ok', f: pending.f, value: pending.answer })
  }
  return events
}
