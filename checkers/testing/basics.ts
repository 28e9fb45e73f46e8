/** For tests: the definitions of unique ids, counter bounds, queues and locks carried out literally. */
import type { History, Operation } from '../history.ts'

const operations = (history: History): readonly Operation[] => [...history.operations()]
const isOk = ({ outcome }: Operation): boolean => outcome === 'ok'

/** The ids that two operations were given. */
export const idsGivenTwice = (history: History): readonly unknown[] => {
  const ids = operations(history)
    .filter(isOk)
    .map(({ completion }) => completion!.value)
  return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]
}

/** How many reads no choice of the adds that may count explains as to their bounds. */
export const readsOutOfBounds = (
  history: History,
  initial = 0,
): { readonly tooLow: number; readonly tooHigh: number } => {
  let tooLow = 0
  let tooHigh = 0
  for (const read of operations(history).filter((one) => one.invoke.f === 'read' && isOk(one))) {
    const adds = operations(history).filter(
      ({ invoke, outcome }) =>
        invoke.f === 'add' &&
        invoke.key === read.invoke.key &&
        outcome !== 'fail' &&
        invoke.index < read.completion!.index,
    )
    const certain = (add: Operation): boolean =>
      isOk(add) && add.completion!.index < read.invoke.index
    let sums = [initial]
    for (const add of adds) {
      const amount = add.invoke.value as number
      const with_ = sums.map((sum) => sum + amount)
      sums = certain(add) ? with_ : [...sums, ...with_]
    }
    const value = read.completion!.value as number
    if (value < Math.min(...sums)) tooLow++
    if (value > Math.max(...sums)) tooHigh++
  }
  return { tooLow, tooHigh }
}

/** The fewest, over every way to match what came out with what was put in, that stay unmatched. */
const unmatched = (
  puts: readonly Operation[],
  outs: readonly Operation[],
  weigh: (puts: readonly Operation[], outs: readonly Operation[]) => number,
): number => {
  const [out, ...rest] = outs
  if (out === undefined) return weigh(puts, [])
  const choices = puts
    .filter((put) => put.invoke.index < out.completion!.index)
    .map((put) =>
      unmatched(
        puts.filter((other) => other !== put),
        rest,
        weigh,
      ),
    )
  const skipped = unmatched(puts, rest, (left, outsLeft) => weigh(left, [...outsLeft, out]))
  return Math.min(skipped, ...choices)
}

export interface QueueFates {
  readonly lost: number
  readonly waiting: number
  readonly unexpected: readonly unknown[]
  readonly duplicated: readonly unknown[]
}

/** What became of the elements of a queue; dequeues without a value, and drains, find it empty. */
export const queueFates = (history: History): QueueFates => {
  const all = operations(history)
  const enqueues = all.filter(({ invoke, outcome }) => invoke.f === 'enqueue' && outcome !== 'fail')
  const outsOf = (element: unknown): readonly Operation[] =>
    all.filter(isOk).flatMap((one) => {
      const { f } = one.invoke
      const { value } = one.completion!
      const given = f === 'dequeue' ? [value] : f === 'drain' ? (value as unknown[]) : []
      return given.filter((other) => other === element).map(() => one)
    })
  const isEmpty = ({ invoke: { f }, outcome, completion }: Operation): boolean =>
    (f === 'drain' && outcome === 'ok') ||
    (f === 'dequeue' && (outcome === 'fail' || (outcome === 'ok' && completion!.value === null)))
  const empty = all.findLast(isEmpty)
  const givesLater = all.some(
    (one) =>
      one.invoke.f === 'dequeue' &&
      isOk(one) &&
      one.completion!.value !== null &&
      one.invoke.index > (empty?.completion?.index ?? -1),
  )
  const shown = empty === undefined || givesLater ? -1 : empty.invoke.index
  const elements = new Set(
    all.flatMap(({ invoke, outcome, completion }) =>
      invoke.f === 'enqueue' ? [invoke.value] : outcome === 'ok' ? [completion!.value].flat() : [],
    ),
  )
  elements.delete(null)
  let lost = 0
  let waiting = 0
  const unexpected: unknown[] = []
  const duplicated: unknown[] = []
  for (const element of elements) {
    const puts = enqueues.filter(({ invoke }) => invoke.value === element)
    const outs = outsOf(element)
    const ackedBy = (until: number): readonly Operation[] =>
      puts.filter((put) => isOk(put) && put.completion!.index < until)
    const short = (some: readonly Operation[]): number =>
      unmatched(some, outs, (left) => left.length)
    lost += short(ackedBy(shown))
    waiting += short(ackedBy(Number.POSITIVE_INFINITY)) - short(ackedBy(shown))
    if (outs.some((out) => !puts.some((put) => put.invoke.index < out.completion!.index)))
      unexpected.push(element)
    const later = outs.filter((out) => out.completion!.index > (puts[0]?.invoke.index ?? Infinity))
    if (unmatched(puts, later, (_, left) => left.length) > 0) duplicated.push(element)
  }
  const open = all.filter(({ invoke, outcome }) => invoke.f !== 'enqueue' && outcome === 'info')
  const takers = open.some(({ invoke }) => invoke.f === 'drain')
    ? Number.POSITIVE_INFINITY
    : open.length
  return { lost: Math.max(0, lost - takers), waiting, unexpected, duplicated }
}

/** Whether two processes hold a lock at some event; leases in ms. */
export const heldByTwo = (history: History, leaseMs = Number.POSITIVE_INFINITY): boolean => {
  const all = operations(history)
  return [...history].some((event) =>
    history.keys.concat([undefined as never]).some((key) => {
      const holders = all.filter(
        ({ invoke, completion, outcome }) =>
          invoke.f === 'acquire' &&
          invoke.key === key &&
          outcome === 'ok' &&
          completion!.index <= event.index &&
          event.time < invoke.time + leaseMs * 1e6 &&
          !all.some(
            (release) =>
              release.invoke.f === 'release' &&
              release.invoke.key === key &&
              release.invoke.process === invoke.process &&
              release.invoke.index > completion!.index &&
              release.invoke.index <= event.index,
          ),
      )
      return new Set(holders.map(({ invoke }) => invoke.process)).size > 1
    }),
  )
}

/** Whether two acquires were given tokens in the wrong order, or the same one. */
export const fencedInDisorder = (history: History): boolean => {
  const acquires = operations(history).filter(
    (one) => one.invoke.f === 'acquire' && isOk(one) && one.completion!.value !== null,
  )
  const held = (one: Operation): boolean => {
    const own = operations(history).filter(
      ({ invoke }) => invoke.process === one.invoke.process && invoke.key === one.invoke.key,
    )
    const before = own.filter(({ invoke }) => invoke.index < one.invoke.index)
    const last = before.findLast(
      (other) =>
        (other.invoke.f === 'release' && other.outcome !== 'fail') ||
        (other.invoke.f === 'acquire' && isOk(other)),
    )
    return last?.invoke.f === 'acquire'
  }
  return acquires.some((late) =>
    acquires.some((early) => {
      if (early === late || held(late) || early.invoke.key !== late.invoke.key) return false
      const [a, b] = [early.completion!.value as number, late.completion!.value as number]
      if (early.completion!.index < late.invoke.index) return a >= b
      return a === b && !held(early)
    }),
  )
}
