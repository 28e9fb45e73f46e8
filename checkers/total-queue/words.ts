/**
 * Puts each kind of anomaly of a queue into one sentence, and names the fewest operations that prove it for
 * one of the elements.
 */
import type { Anomaly } from '../checker.ts'
import { count, elementsOf, few } from '../guarded.ts'
import { NONE } from '../history.ts'
import { show } from '../model.ts'
import type { Flow } from './flow.ts'

/**
 * Acknowledged copies that never came out, more of them than the dequeues of unknown outcome (`takers`) can
 * have taken. Copies of an element cannot be told apart, so the proof for one names all of them.
 */
export const lost = (
  flow: Flow,
  copies: readonly number[],
  takers: number,
  drained: 'shown' | 'assumed',
): Anomaly | undefined => {
  const { history, emptyStart } = flow
  const { process, partner } = history.columns
  const [example] = copies
  if (example === undefined) return undefined
  const { puts, outs } = flow.ways(example)
  const put = puts.findLast((at) => flow.isAcked(at))!
  const empty =
    drained === 'shown'
      ? `, and the queue was empty when process ${process[emptyStart]} asked at ${history.moment(emptyStart)}`
      : ''
  const but =
    takers === 0
      ? ''
      : `; dequeues of unknown outcome can have taken no more than ${takers} of them`
  const summary =
    `${count(copies.length, 'acknowledged enqueue')} never came out: ${names(flow, copies)}; ` +
    `${show(flow.element(example))} was acknowledged to process ${process[put]} at ` +
    `${history.moment(partner[put]!)}${empty}${but}`
  const end = drained === 'shown' ? [emptyStart] : []
  const given = outs.filter((out) => out > puts[0]!).map((out) => partner[out]!)
  const proof = [...puts, ...given, ...end]
  return anomaly(flow, 'lost', summary, copies, proof)
}

/** What came out and had never been put in by then. */
export const unexpected = (flow: Flow): Anomaly | undefined => {
  const elements = flow.unexpected()
  const [example] = elements
  if (example === undefined) return undefined
  const { history } = flow
  const out = flow.firstOut[example]!
  const why =
    flow.attempt[example] === NONE
      ? 'nobody ever enqueued it'
      : flow.firstPut[example] === NONE
        ? 'every enqueue of it failed'
        : 'its enqueue began only later'
  const summary =
    `${count(elements.length, 'element')} came out and cannot have been there: ${names(flow, elements)}; ` +
    `process ${history.columns.process[out]} got ${show(flow.element(example))} at ` +
    `${history.moment(out)}, but ${why}`
  return anomaly(flow, 'unexpected', summary, elements, [history.columns.partner[out]!])
}

/** What came out more often than it was put in. */
export const duplicated = (flow: Flow): Anomaly | undefined => {
  const elements = flow.duplicated()
  const [example] = elements
  if (example === undefined) return undefined
  const { history } = flow
  const { puts, outs } = flow.ways(example)
  const [before, given] = surplus(puts, outs)
  const told = given.map(
    (out) => `process ${history.columns.process[out]} at ${history.moment(out)}`,
  )
  const summary =
    `${count(elements.length, 'element')} came out more often than put in: ${names(flow, elements)}; ` +
    `${show(flow.element(example))} was enqueued ${count(before.length, 'time')} and then given to ${few(told)}`
  const invocations = given.map((out) => history.columns.partner[out]!)
  return anomaly(flow, 'duplicated', summary, elements, [...before, ...invocations])
}

/** The fewest outs that are more than the puts before them, and these puts: of one drain, or the first ones. */
const surplus = (
  puts: readonly number[],
  outs: readonly number[],
): readonly [puts: readonly number[], outs: readonly number[]] => {
  const later = outs.filter((out) => out > puts[0]!)
  const before = (out: number): readonly number[] => puts.filter((put) => put < out)
  const drain = later.find((out, number) => later[number + before(out).length] === out)
  if (drain !== undefined) return [before(drain), later.filter((out) => out === drain)]
  const at = later.findIndex((out, number) => number >= before(out).length)
  return [before(later[at]!), later.slice(0, at + 1)]
}

const names = (flow: Flow, elements: readonly number[]): string =>
  few(elements.map((element) => show(flow.element(element))))

const anomaly = (
  flow: Flow,
  type: string,
  summary: string,
  elements: readonly number[],
  positions: readonly number[],
): Anomaly => {
  const { index } = flow.history.columns
  const values = [...new Set(elements)].map((element) => flow.element(element))
  return {
    type,
    summary,
    ops: [...new Set(positions)].map((position) => index[position]!).sort((a, b) => a - b),
    elements: elementsOf(values),
  }
}
