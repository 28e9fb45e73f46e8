/**
 * The operations that prove an anomaly, resolved from the `index` values that the checker named, with
 * the faults and changes of leader around them: what a person needs to verify the claim by hand.
 */
import type { History, Operation } from '../../checkers/history.ts'
import type { FoundAnomaly } from '../run.ts'
import { lowerBound } from './lower-bound.ts'
import { duration, line, seconds, shown } from './text.ts'
import { activeDuring, type FaultView, type LeaderChange, type Timeline } from './timeline.ts'

/** One operation of a proof; texts are printable lines. */
export interface ProofOperation {
  readonly index: number
  readonly process: number
  readonly f: string
  readonly key: string
  readonly value: string
  readonly outcome: 'ok' | 'fail' | 'info'
  readonly error: string
  readonly node: string
  readonly fromNs: number
  /** Undefined: it never completed. */
  readonly toNs: number | undefined
}

export interface Proof {
  readonly anomaly: FoundAnomaly
  /** The first `limit` of them, in the order of their invocations. */
  readonly operations: readonly ProofOperation[]
  /** Decimal places of seconds that tell all their starts and ends apart. */
  readonly digits: number
  /** How many the checker named. */
  readonly total: number
  /** Faults active while one of all of them ran. */
  readonly active: readonly FaultView[]
  /** The last fault that was over before the first of them began, if none was active. */
  readonly lastBefore: FaultView | undefined
  /** Changes of leader during those faults or next to one of the operations. */
  readonly leaderChanges: readonly LeaderChange[]
}

/** Resolves an anomaly. `limit` bounds the operations kept, `width` the characters of a value. */
export const proof = (
  history: History,
  anomaly: FoundAnomaly,
  around: Timeline,
  { limit, width }: { readonly limit: number; readonly width: number },
): Proof => {
  const all = [...new Set(anomaly.ops)]
    .sort((a, b) => a - b)
    .flatMap((index) => operationAt(history, index) ?? [])
  const operations = ends(all, limit).map((operation) => proofOperation(operation, width))
  const spans = all.map(({ invoke, completion }) => {
    return [invoke.time, completion?.time ?? invoke.time] as const
  })
  const active = activeDuring(around.faults, spans)
  const near = ({ timeNs }: LeaderChange) =>
    active.some(({ fromNs, toNs }) => fromNs <= timeNs && timeNs <= toNs + AFTER_NS) ||
    spans.some(([from, to]) => from - BEFORE_NS <= timeNs && timeNs <= to + AFTER_NS)
  return {
    anomaly,
    operations,
    digits: digitsFor(operations),
    total: all.length,
    active,
    lastBefore:
      active.length > 0 || spans.length === 0
        ? undefined
        : around.faults.findLast(({ toNs }) => toNs <= spans[0]![0]),
    leaderChanges: around.leaderChanges.filter(near),
  }
}

/** The table of a proof's operations, each cell as wide as its text. */
export const proofRows = ({ operations, digits }: Proof): readonly (readonly string[])[] =>
  operations.map((operation) => [
    seconds(operation.fromNs, digits),
    String(operation.process),
    operation.f,
    operation.key,
    operation.value,
    operation.error === '' ? operation.outcome : `${operation.outcome}: ${operation.error}`,
    operation.node,
    operation.toNs === undefined ? 'never' : duration((operation.toNs - operation.fromNs) / 1e6),
  ])

export const proofHeads: readonly string[] = [
  'time s',
  'process',
  'f',
  'key',
  'value',
  'outcome',
  'node',
  'took',
]

/** How far a fail-over's effects reach on both sides of an operation. */
const BEFORE_NS = 2e9
const AFTER_NS = 5e9

const digitsFor = (operations: readonly ProofOperation[]): number => {
  const ends = new Set(operations.flatMap(({ fromNs, toNs }) => [fromNs, toNs ?? fromNs]))
  const tells = (digits: number) =>
    new Set([...ends].map((ns) => seconds(ns, digits))).size === ends.size
  return [3, 4, 5].find(tells) ?? 6
}

/** The operation whose invocation has this `index`: found by binary search, indexes only grow. */
export const operationAt = (history: History, index: number): Operation | undefined => {
  const column = history.columns.index
  const place = lowerBound(column, index)
  if (column[place] !== index) return undefined
  const event = history.event(place)
  return event.type === 'invoke' && event.process !== 'nemesis'
    ? history.operation(place)
    : undefined
}

/** The first ones and the last, which is where a final read stands. */
const ends = <T>(items: readonly T[], limit: number): readonly T[] =>
  items.length <= limit ? items : [...items.slice(0, limit - 1), ...items.slice(-1)]

/** An operation as proofs show it, its value in about `width` characters. */
export const proofOperation = (
  { invoke, completion, outcome }: Operation,
  width: number,
): ProofOperation => ({
  index: invoke.index,
  process: invoke.process as number,
  f: line(invoke.f, 24),
  key: invoke.key === undefined ? '' : line(String(invoke.key), 24),
  // A read is invoked with null; a write's completion may say nothing.
  value: valueText(completion?.value ?? invoke.value, width),
  outcome,
  error: line(completion?.error ?? '', 80),
  node: line(invoke.node ?? completion?.node ?? '', 24),
  fromNs: invoke.time,
  toNs: completion?.time,
})

/** A value; the steps of a transaction as `append x 1 · r y [1]`. */
const valueText = (value: unknown, width: number): string => {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isStep))
    return shown(value, width)
  const each = Math.max(12, Math.floor(width / value.length))
  const steps = value.map(([f, key, one]) => {
    const what = `${line(f, 12)} ${line(String(key), 24)}`
    return one === null ? what : `${what} ${shown(one, each)}`
  })
  return line(steps.join(' · '), width)
}

const isStep = (step: unknown): step is [string, string | number, unknown] =>
  Array.isArray(step) &&
  step.length === 3 &&
  typeof step[0] === 'string' &&
  (typeof step[1] === 'string' || typeof step[1] === 'number')
