/**
 * Where the few operations of a proof stand in its drawing. Proofs mix operations of a millisecond with
 * reads a minute later, which no linear axis shows; so the axis keeps the order of all starts and ends
 * and the direction of time, and gives each stretch between two of them a width by the logarithm of its
 * length. What is concurrent overlaps, what is not does not: that is what the eye must see.
 */
import type { Proof, ProofOperation } from './proof.ts'
import { line, seconds } from './text.ts'
import { leaderSentence } from './timeline.ts'

/** A place on the axis, 0 … 1. */
type Place = number

export interface Drawing {
  readonly lanes: readonly string[]
  readonly bars: readonly {
    /** The `index` of its invocation. */
    readonly index: number
    readonly fromNs: number
    readonly toNs: number | undefined
    /** Whether it is what the others leave no place for. */
    readonly contradicts: boolean
    readonly lane: number
    readonly from: Place
    readonly to: Place
    /** Whether its end is unknown: it never completed. */
    readonly open: boolean
    readonly outcome: ProofOperation['outcome']
    readonly label: string
  }[]
  readonly bands: readonly { readonly from: Place; readonly to: Place; readonly label: string }[]
  readonly marks: readonly {
    readonly at: Place
    readonly name: string
    readonly label: string
  }[]
  readonly ticks: readonly { readonly at: Place; readonly label: string }[]
  /** What was over before something else began, on another process: the ones that imply the others. Bars by number. */
  readonly before: readonly { readonly from: number; readonly to: number }[]
  /** The edges of the proof between bars by number. */
  readonly edges: readonly {
    readonly from: number
    readonly to: number
    readonly relation: string
    readonly why: string
  }[]
}

/**
 * Lays out a proof. Lanes are processes in the order of their first operation.
 * @param contradicting the `index` of the operation that the others leave no place for
 */
export const drawing = (one: Proof, contradicting?: number): Drawing | undefined => {
  const { operations, active, leaderChanges, digits } = one
  if (operations.length === 0) return undefined
  const ends = operations.flatMap(({ fromNs, toNs }) => [fromNs, toNs ?? fromNs])
  const first = Math.min(...ends)
  const last = Math.max(...ends)
  const inside = (ns: number) => ns > first && ns < last
  const changes = leaderChanges.filter(({ timeNs }) => inside(timeNs))
  const around = [
    ...active.flatMap(({ fromNs, toNs }) => [fromNs, toNs]),
    ...changes.map(({ timeNs }) => timeNs),
  ]
  const place = axis([...ends, ...around.filter(inside)])
  const manyKeys = new Set(operations.map(({ key }) => key)).size > 1
  const lanes = [...new Set(operations.map(({ process }) => process))]
  return {
    lanes: lanes.map((process) => `process ${process}`),
    bars: operations.map((operation) => ({
      index: operation.index,
      fromNs: operation.fromNs,
      toNs: operation.toNs,
      contradicts: operation.index === contradicting,
      lane: lanes.indexOf(operation.process),
      from: place(operation.fromNs),
      to: operation.toNs === undefined ? 1 : place(operation.toNs),
      open: operation.toNs === undefined,
      outcome: operation.outcome,
      label: `${manyKeys ? `${operation.key}: ` : ''}${operation.f} ${operation.value}`,
    })),
    bands: active.map(({ name, targets, fromNs, toNs }) => ({
      from: fromNs <= first ? 0 : place(fromNs),
      to: toNs >= last ? 1 : place(toNs),
      label: `${name} on ${targets}`,
    })),
    marks: changes.map((change) => ({
      at: place(change.timeNs),
      name: `→ ${change.to.join(' + ')}`,
      label: leaderSentence(change),
    })),
    ticks: [...new Set(ends)]
      .sort((a, b) => a - b)
      .map((ns) => ({ at: place(ns), label: `${seconds(ns, digits)} s` })),
    before: realTimeOrder(operations),
    edges: edgesBetween(one),
  }
}

/** Of "a was over before b began" the pairs on two processes without a third one between them. */
const realTimeOrder = (operations: readonly ProofOperation[]): Drawing['before'] => {
  const isBefore = (a: ProofOperation, b: ProofOperation) =>
    a.toNs !== undefined && a.toNs < b.fromNs
  return operations.flatMap((a, from) =>
    operations.flatMap((b, to) =>
      isBefore(a, b) &&
      a.process !== b.process &&
      !operations.some((c) => isBefore(a, c) && isBefore(c, b))
        ? [{ from, to }]
        : [],
    ),
  )
}

/** The edges whose both ends are drawn. */
const edgesBetween = ({ anomaly, operations }: Proof): Drawing['edges'] => {
  const bar = (index: number) => operations.findIndex((operation) => operation.index === index)
  return (anomaly.edges ?? [])
    .map(({ from, to, relation, why }) => ({
      from: bar(from),
      to: bar(to),
      relation: line(relation, 24),
      why: line(why),
    }))
    .filter(({ from, to }) => from >= 0 && to >= 0)
}

/** Room left and right of the first and the last moment. */
const MARGIN = 0.02

/** A monotonic map from the moments given (ns) to places. */
const axis = (moments: readonly number[]): ((ns: number) => Place) => {
  const sorted = [...new Set(moments)].sort((a, b) => a - b)
  const at = new Map<number, number>([[sorted[0]!, 0]])
  let total = 0
  for (let i = 1; i < sorted.length; i++) {
    total += 1 + Math.log10(1 + (sorted[i]! - sorted[i - 1]!) / 1e6)
    at.set(sorted[i]!, total)
  }
  return (ns) => MARGIN + (1 - 2 * MARGIN) * (total === 0 ? 0 : at.get(ns)! / total)
}
