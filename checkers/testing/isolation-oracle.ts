/**
 * For tests: levels of isolation carried out literally, by trying all orders of the transactions, all choices of those that may
 * have happened, and all snapshots. For about six transactions. After Biswas & Enea (OOPSLA 2019) and Cerone, Bernardi &
 * Gotsman (CONCUR 2015): a level holds when some total order of the transactions that happened, their commit order, explains what
 * was read, where each level says what a transaction must have seen of those before it. What is read of a list is a version of the
 * list in that order: as in Elle an append is a blind write, and a list the trace of its versions. What a transaction without a known
 * outcome read tells nothing. That a transaction sees its own writes, and the same when it reads twice, is
 * asked for from read atomic on (Elle's `internal`).
 */
import type { History } from '../history.ts'

type Step = readonly [f: string, key: string | number, value: unknown]

interface Txn {
  readonly process: number
  readonly start: number
  /** Infinity where nobody knows. */
  readonly end: number
  readonly ok: boolean
  readonly steps: readonly Step[]
}

export const kinds = [
  'read-committed',
  'monotonic-atomic-view',
  'read-atomic',
  'causal',
  'prefix',
  'parallel-snapshot-isolation',
  'snapshot-isolation',
  'serializable',
] as const
export type Kind = (typeof kinds)[number]

/** What orders transactions beside what they read: nothing, their sessions, or real time. */
export type Given = 'nothing' | 'session' | 'realtime'

export interface Level {
  readonly kind: Kind
  readonly given: Given
}

/** Whether a history of lists or of registers keeps a level. */
export const keeps = (history: History, level: Level): boolean =>
  choices(history).some((txns) => someOrder(txns, [], level))

/** The transactions that happened, in the order of their invocations, for every choice of those that may have. */
const choices = (history: History): Txn[][] => {
  let all: Txn[][] = [[]]
  for (const { invoke, completion, outcome } of history.operations()) {
    if (outcome === 'fail') continue
    const txn: Txn = {
      process: invoke.process as number,
      start: invoke.index,
      end: outcome === 'ok' ? completion!.index : Number.POSITIVE_INFINITY,
      ok: outcome === 'ok',
      steps: (outcome === 'ok' ? completion! : invoke).value as readonly Step[],
    }
    const happened = all.map((txns) => [...txns, txn])
    all = outcome === 'info' ? [...all, ...happened] : happened
  }
  return all
}

const before = (a: Txn, b: Txn, given: Given): boolean =>
  (given === 'session' && a.process === b.process && a.start < b.start) ||
  (given === 'realtime' && a.end < b.start)

/** A transaction that has its place in the order. */
interface Placed {
  readonly txn: Txn
  /** The places of those that it has seen, as bits. */
  readonly seen: number
}

const someOrder = (left: readonly Txn[], order: readonly Placed[], level: Level): boolean =>
  left.length === 0 ||
  left.some((txn) => {
    if (left.some((other) => before(other, txn, level.given))) return false
    const seen = explained(txn, order, level)
    if (seen === undefined) return false
    const rest = left.filter((other) => other !== txn)
    return someOrder(rest, [...order, { txn, seen }], level)
  })

const INITIAL = -1
const OWN = -2

/** A read and the place of the transaction whose version it saw, INITIAL or OWN. */
interface Seen {
  readonly key: string | number
  readonly source: number
}

/** What a transaction behind all of `order` has seen of them; undefined where the level does not allow what it read. */
const explained = (txn: Txn, order: readonly Placed[], level: Level): number | undefined => {
  const { kind, given } = level
  const reads = readsOf(txn, order, kind !== 'read-committed' && kind !== 'monotonic-atomic-view')
  if (reads === undefined) return undefined
  const others = reads.filter(({ source }) => source !== OWN)
  let seen = 0
  order.forEach((placed, at) => {
    const known =
      before(placed.txn, txn, given) ||
      others.some(({ source }) => source === at) ||
      (kind === 'parallel-snapshot-isolation' && conflict(placed.txn, txn))
    if (known) seen |= 1 << at
  })
  const closed = order.reduce(
    (all, placed, at) => (seen & (1 << at) ? all | placed.seen : all),
    seen,
  )
  switch (kind) {
    case 'read-committed':
      return seen
    case 'monotonic-atomic-view': {
      const fine = others.every(({ key, source }, at) =>
        others.slice(0, at).every((earlier) => {
          const other = order[earlier.source]
          return other === undefined || !writes(other.txn, key) || earlier.source <= source
        }),
      )
      return fine ? seen : undefined
    }
    case 'read-atomic':
      return latest(others, order, seen) ? seen : undefined
    case 'causal':
    case 'parallel-snapshot-isolation':
      return latest(others, order, closed) ? closed : undefined
    case 'prefix':
    case 'snapshot-isolation':
    case 'serializable':
      return someSnapshot(txn, others, order, level) ? seen : undefined
  }
}

/** Whether no read missed a later version that its transaction had seen. */
const latest = (reads: readonly Seen[], order: readonly Placed[], seen: number): boolean =>
  reads.every(({ key, source }) =>
    order.every(({ txn }, at) => at <= source || (seen & (1 << at)) === 0 || !writes(txn, key)),
  )

/** Whether all reads see the state after some first part of the order. */
const someSnapshot = (
  txn: Txn,
  reads: readonly Seen[],
  order: readonly Placed[],
  { kind, given }: Level,
): boolean => {
  const least = order.findLastIndex((placed) => before(placed.txn, txn, given)) + 1
  for (
    let length = kind === 'serializable' ? order.length : least;
    length <= order.length;
    length++
  ) {
    const state = order.slice(0, length)
    const fits = reads.every(
      ({ key, source }) => state.findLastIndex((placed) => writes(placed.txn, key)) === source,
    )
    const free =
      kind !== 'snapshot-isolation' ||
      !order.slice(length).some((later) => conflict(later.txn, txn))
    if (fits && free) return true
  }
  return false
}

/** Where the reads came from; undefined where one saw no version, or `internal` ones not their own transaction's. */
const readsOf = (
  txn: Txn,
  order: readonly Placed[],
  internal: boolean,
): readonly Seen[] | undefined => {
  const reads: Seen[] = []
  for (const [at, [f, key, value]] of txn.steps.entries()) {
    if (f !== 'r' || !txn.ok) continue
    const earlier = txn.steps.slice(0, at).filter((step) => step[1] === key)
    const source = versions(key, order, earlier).findLast((version) => same(version.value, value))
    if (source === undefined) return undefined
    if (internal && !expected(key, order, earlier).every((one) => same(one, value)))
      return undefined
    reads.push({ key, source: source.source })
  }
  return reads
}

/** Every version of a key that a transaction may see which has done `earlier` to it. */
const versions = (
  key: string | number,
  order: readonly Placed[],
  earlier: readonly Step[],
): readonly { readonly source: number; readonly value: unknown }[] => {
  let value: unknown = null
  const all = [{ source: INITIAL, value }]
  for (const [source, { txn }] of order.entries()) {
    if (!writes(txn, key)) continue
    for (const step of txn.steps) if (step[1] === key) value = after(value, step)
    all.push({ source, value })
  }
  for (const step of earlier) {
    if (step[0] === 'r') continue
    value = after(value, step)
    all.push({ source: OWN, value })
  }
  return all
}

/** What the same transaction must read after `earlier`: what it read before and wrote since, if it did either. */
const expected = (
  key: string | number,
  order: readonly Placed[],
  earlier: readonly Step[],
): readonly unknown[] => {
  if (earlier.length === 0) return []
  const from = earlier.findLastIndex(([f]) => f === 'r')
  const base = from === -1 ? versions(key, order, []).at(-1)!.value : earlier[from]![2]
  return [earlier.slice(from + 1).reduce(after, base)]
}

/** The version of a key after a step on it. */
const after = (value: unknown, [f, , given]: Step): unknown => {
  if (f === 'r') return value
  return f === 'append' ? [...((value ?? []) as readonly unknown[]), given] : given
}

const writes = ({ steps }: Txn, key: string | number): boolean =>
  steps.some(([f, other]) => f !== 'r' && other === key)

const conflict = (a: Txn, b: Txn): boolean =>
  a.steps.some(([f, key]) => f !== 'r' && writes(b, key))

/** No list and the empty one are the same. */
const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one ?? []) === JSON.stringify(other ?? [])
