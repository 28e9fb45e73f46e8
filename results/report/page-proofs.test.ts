import { describe, expect, test } from 'vitest'
import causal from '../../checkers/causal.ts'
import { type Anomaly, unlimited, type Verdict } from '../../checkers/checker.ts'
import { type EventInput, History } from '../../checkers/history.ts'
import { witness } from '../../checkers/linearizable/witness.ts'
import register from '../../checkers/models/register.ts'
import sequential from '../../checkers/sequential.ts'
import type { FoundAnomaly, VerdictRecord } from '../run.ts'
import { pageProofs } from './page-proofs.ts'
import { timeline } from './timeline.ts'

const call = (process: number, f: string, value: unknown, seen = value): EventInput[] => [
  { type: 'invoke', process, f, value },
  { type: 'ok', process, f, value: seen },
]
const timed = (events: readonly EventInput[]): History =>
  History.from(events.map((event, at) => ({ ...event, time: at * 1e6 })))

const proofsOf = (
  history: History,
  anomaly: Partial<FoundAnomaly>,
  change: Partial<VerdictRecord> = {},
) =>
  pageProofs(
    history,
    {
      ...{ version: 1, input: 'x', valid: false, outcome: 'violation', checkers: {} },
      ...{ problems: [], notes: [], ...change },
      anomalies: [{ checker: 'c', type: 't', summary: 's', ops: [], ...anomaly }],
    },
    timeline(history),
  )

const three = timed([...call(0, 'write', 1), ...call(1, 'write', 2), ...call(0, 'read', null, 1)])
const edge = (from: number, to: number, relation = 'ww') => ({
  from,
  to,
  relation,
  why: `${from} before ${to}`,
})

const keyed = (process: number, f: string, key: string, value: unknown): EventInput[] =>
  call(process, f, f === 'read' ? null : value, value).map((event) => ({ ...event, key }))

const anomalyOf = (verdict: Verdict): Anomaly => {
  if (verdict.valid !== false) throw new Error('expected a violation')
  return verdict.anomalies[0]
}

describe('a cycle', () => {
  test('is a graph of its edges in their order; what they follow from is told beside it', () => {
    const edges = [edge(0, 2), edge(2, 4, 'wr'), edge(4, 0, 'rw'), edge(0, 4, 'process')]
    const { graph, order } = proofsOf(three, { ops: [0, 2, 4], edges }).proofs[0]!
    expect(graph!.nodes.map(({ index, name }) => [name, index])).toEqual([
      ...[
        ['T1', 0],
        ['T2', 2],
        ['T3', 4],
      ],
    ])
    expect(graph!.cycle.map(({ from, to, relation }) => [from, to, relation])).toEqual([
      ...[
        [0, 1, 'ww'],
        [1, 2, 'wr'],
        [2, 0, 'rw'],
      ],
    ])
    expect(graph!.support).toHaveLength(1)
    expect(order).toEqual([])
  })

  test('is none where the edges do not lead back: then the reasons are told in order', () => {
    const { graph, order, drawing } = proofsOf(three, {
      ops: [0, 4],
      edges: [edge(0, 4, 'process')],
    }).proofs[0]!
    expect(graph).toBeUndefined()
    expect(order).toEqual(['0 before 4 (process)'])
    expect(drawing!.edges).toMatchObject([{ from: 0, to: 1, relation: 'process' }])
  })

  test('may name operations that are not in the history', () => {
    const edges = [edge(0, 99), edge(99, 0)]
    const { graph, drawing } = proofsOf(three, { ops: [0, 99], edges }).proofs[0]!
    expect(graph!.nodes.map(({ label }) => label)).toEqual(['write 1', 'operation 99'])
    expect(drawing!.edges).toEqual([])
  })
})

test('the drawing has real-time order between processes, without what others imply, and what cannot be', () => {
  const others = timed([0, 1, 2].flatMap((process) => call(process, 'write', process)))
  const { drawing } = proofsOf(others, { type: 'stale-read', ops: [0, 2, 4] }).proofs[0]!
  expect(drawing!.before).toEqual([
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ])
  expect(drawing!.bars.map(({ contradicts }) => contradicts)).toEqual([false, false, true])
})

describe('what the checkers of orders find', () => {
  /** Each writes one register and does not see the other's write: "store buffering". */
  const buffering = timed(
    [0, 1].flatMap((process) => [
      ...keyed(process, 'write', `r${process}`, 1),
      ...keyed(process, 'read', `r${1 - process}`, null),
    ]),
  )

  test('against sequential consistency is a graph whose edges lead back', () => {
    const found = sequential.check(buffering, unlimited)
    const { graph } = proofsOf(buffering, anomalyOf(found)).proofs[0]!
    expect(graph!.cycle.length).toBeGreaterThan(1)
    expect(graph!.cycle.at(-1)!.to).toBe(graph!.cycle[0]!.from)
  })

  test('against causal consistency has its reasons, on a graph or in order', () => {
    const history = timed([
      ...keyed(0, 'write', 'x', 1),
      ...keyed(1, 'read', 'x', 1),
      ...keyed(1, 'write', 'y', 2),
      ...keyed(2, 'read', 'y', 2),
      ...keyed(2, 'read', 'x', null),
    ])
    const found = causal.check(history, unlimited)
    const { graph, order } = proofsOf(history, anomalyOf(found)).proofs[0]!
    expect((graph?.cycle.length ?? 0) + order.length).toBeGreaterThan(2)
  })
})

test('a partial order has the states, the operation without a place, and what else had begun', () => {
  const history = timed([
    ...call(0, 'write', 1),
    { type: 'invoke', process: 5, f: 'write', value: 7 },
    ...call(1, 'write', 2),
    ...call(0, 'read', null, 1),
  ])
  const found = witness(history, register, unlimited)
  const { partial } = proofsOf(history, { ops: [0] }, { witness: found })
  expect(partial!.steps.map(({ operation, state }) => [operation.value, state])).toEqual([
    ...[
      ['1', '1'],
      ['2', '2'],
    ],
  ])
  expect(partial).toMatchObject({
    key: '',
    before: 0,
    stuck: { index: 5, value: '1' },
    pendingTotal: 1,
  })
  expect(partial!.pending.map(({ value }) => value)).toEqual(['7'])
})

describe('sessions', () => {
  test('are those of processes with several operations of a proof that rests on their order', () => {
    const history = timed([
      ...call(0, 'write', 1),
      ...call(1, 'read', null, 1),
      ...call(0, 'write', 2),
      ...call(0, 'read', null, 1),
      ...call(0, 'read', null, 2),
    ])
    const proof = { ops: [0, 4, 6], edges: [edge(4, 6, 'process')] }
    const [session, ...others] = proofsOf(history, proof).proofs[0]!.sessions
    expect(others).toEqual([])
    expect(session).toMatchObject({ process: 0, omitted: 0 })
    expect(session!.operations.map(({ index, inProof }) => [index, inProof])).toEqual([
      ...[
        [0, true],
        [4, true],
        [6, true],
        [8, false],
      ],
    ])
  })

  test('leave out what is far from the proof in a long session, and say so', () => {
    const history = timed(Array.from({ length: 200 }, (_, n) => call(0, 'write', n)).flat())
    const proof = { ops: [0, 398], edges: [edge(0, 398, 'process')] }
    const [session] = proofsOf(history, proof).proofs[0]!.sessions
    expect(session!.operations.length).toBeLessThan(30)
    expect(session!.operations.length + session!.omitted).toBe(200)
  })
})
