import { describe, expect, test } from 'vitest'
import { History } from '../../checkers/history.ts'
import { differenceText } from '../report/difference-text.ts'
import { runsText } from '../report/runs-text.ts'
import { sampleRun } from '../report/sample.test-helper.ts'
import { columns } from '../report/text.ts'
import { difference, runDifference, type Side } from './difference.ts'
import { numbersOf } from './numbers.ts'
import type { RunRow } from './row.ts'
import { configurationOf, selectRuns } from './select.ts'

const sample = (workload: 'set' | 'register', faults = true) =>
  sampleRun(workload, { seconds: 20, faults })

const side = ({ run, verdict, history }: ReturnType<typeof sample>, change: object = {}): Side => ({
  stored: { folder: `/runs/${run.id}`, run: { ...run, ...change }, verdict, missing: [] },
  numbers: numbersOf(history),
})

describe('two runs', () => {
  const set = sample('set')
  const register = sample('register', false)

  test('of one kind differ in nothing but what was changed', () => {
    const found = difference(
      side(set, { clockOrigin: '2026-11-21T04:57:58.000Z' }),
      side(set, { seed: 7, id: 'other', rate: 99, clockOrigin: '2026-11-22T00:00:00.000Z' }),
    )
    expect(found.plan).toEqual([
      { field: 'seed', values: ['45100', '7'] },
      { field: 'rate', values: ['70', '99'] },
    ])
    expect([found.checkers, found.anomalies]).toEqual([[], []])
    expect(found.totals[0]).toEqual(found.totals[1])
    expect(runDifference.parse(found)).toEqual(found)
  })

  test('of two kinds are told apart in plan, verdict, operations and faults', () => {
    const found = difference(side(set), side(register))
    expect(runDifference.parse(found)).toEqual(found)
    expect(found.runs.map(({ outcome }) => outcome)).toEqual(['violation', 'valid'])
    expect(found.plan).toEqual(
      expect.arrayContaining([
        { field: 'system', values: ['redis-sentinel', 'etcd'] },
        { field: 'faults', values: ['partition', ''] },
        { field: 'options.reads', values: [null, 'linearizable'] },
        { field: 'schedule', values: ['1 episodes: partition at 8 s', '0 episodes'] },
      ]),
    )
    expect(found.anomalies).toEqual([{ type: 'lost', checker: 'set', counts: [1, 0] }])
    expect(found.checkers).toEqual([
      { checker: 'set', valid: ['false', null] },
      { checker: 'linearizable', valid: [null, 'true'] },
    ])
    expect(found.faults).toEqual([{ fault: 'partition', planned: [1, 0], held: [1, 0] }])
    expect(found.kinds.map(({ f, values }) => [f, ...values.map((one) => one !== null)])).toEqual(
      expect.arrayContaining([
        ['add', true, false],
        ['write', false, true],
        ['read', true, true],
      ]),
    )
  })

  test('are told as well when one of them is damaged', () => {
    const broken: Side = {
      stored: { folder: '/runs/x', run: undefined, verdict: undefined, missing: ['no run.json'] },
      numbers: undefined,
    }
    const found = difference(broken, side(set))
    expect(runDifference.parse(found)).toEqual(found)
    expect(found.runs[0]).toEqual({
      id: 'x',
      folder: '/runs/x',
      outcome: 'damaged',
      missing: ['no run.json'],
    })
    expect(found.totals[0]).toBeNull()
    expect(differenceText(found, 120)).toMatch(
      /^A {2}damaged {2}x\n {3}no run\.json\nB {2}violation/,
    )
  })

  test('read as tables of their width', () => {
    const text = differenceText(difference(side(set), side(register)), 100)
    for (const row of text.split('\n')) expect(columns(row), row).toBeLessThanOrEqual(100)
    expect(text).toMatch(/found +A +B\n {2}lost \(set\) +1 anomaly +no anomalies/)
    expect(text).toMatch(/ {2}partition +1 of 1 installed +-/)
  })
})

test('the numbers of a run are what a count of its history gives', () => {
  const { history } = sample('register')
  const numbers = numbersOf(history)
  const clients = [...history].filter(({ process }) => process !== 'nemesis')
  const many = (of: string, type: string) =>
    clients.filter((event) => event.f === of && event.type === type).length
  expect(numbers.operations).toBe(clients.filter(({ type }) => type === 'invoke').length)
  for (const { f, ok, fail, info } of numbers.kinds)
    expect([ok, fail, info]).toEqual([many(f, 'ok'), many(f, 'fail'), many(f, 'info')])
  expect(numbers.faults).toEqual([{ fault: 'partition', planned: 1, held: 1, healed: 1 }])
  expect(numbers.leaderChanges).toBe(1)
  expect(numbersOf(History.from([]))).toMatchObject({ operations: 0, kinds: [], faults: [] })
})

const row = (change: Partial<RunRow>): RunRow => ({
  ...{ id: 'r1', startedAt: '2026-01-01T00:00:00.000Z', system: 'etcd', systemVersion: '3' },
  ...{ workload: 'register', faults: ['kill', 'pause'], options: { reads: 'fast' } },
  ...{ cluster: 'containers', nodes: 5, seed: 1, timeLimitS: 60, rate: 200, concurrency: 10 },
  ...{ schism: '1', promised: 'linearizable', outcome: 'valid', says: '', anomalies: [] },
  ...change,
})

describe('rows', () => {
  test('are chosen by fields and words', () => {
    const rows = [
      row({ id: 'a' }),
      row({ id: 'b', system: 'raft', outcome: 'violation', says: 'Stale read' }),
      row({ id: 'c', faults: ['kill'], seed: 9, startedAt: '2026-03-01T00:00:00.000Z' }),
    ]
    const ids = (...[chosen]: [Parameters<typeof selectRuns>[1]]) =>
      selectRuns(rows, chosen).map(({ id }) => id)
    expect(ids({})).toEqual(['a', 'b', 'c'])
    expect(ids({ systems: ['raft', 'chain'] })).toEqual(['b'])
    expect(ids({ faults: ['pause', 'kill'] })).toEqual(['a', 'b'])
    expect(ids({ outcomes: ['violation'], workloads: ['register'] })).toEqual(['b'])
    expect(ids({ seed: 9 })).toEqual(['c'])
    expect(ids({ since: '2026-02-01' })).toEqual(['c'])
    expect(ids({ search: 'STALE raft' })).toEqual(['b'])
    expect(ids({ search: 'reads=fast etcd' })).toEqual(['a', 'c'])
    expect(ids({ search: 'stale etcd' })).toEqual([])
  })

  test('are of one configuration whatever their seed, time, version and the order of their faults', () => {
    const of = (change: Partial<RunRow>) => configurationOf(row(change))
    const same = { seed: 5, startedAt: '2027', systemVersion: '4', faults: ['pause', 'kill'] }
    expect(of({ ...same, id: 'x', outcome: 'violation' })).toBe(of({}))
    const others: readonly Partial<RunRow>[] = [
      { faults: ['kill'] },
      { options: { reads: 'slow' } },
      { nodes: 3 },
      { rate: 1 },
      { cluster: 'simulated' },
      { template: 'x' },
    ]
    for (const other of others) expect(of(other), JSON.stringify(other)).not.toBe(of({}))
  })

  test('stand in a table with their whole id and nothing that moves a terminal', () => {
    const id = 'x'.repeat(120)
    const nasty = 'a\u001b[2J\u202eb'
    const texts = runsText([row({ id, outcome: 'violation', says: nasty, faults: [nasty] })], 150)
    expect(texts).toHaveLength(2)
    expect(texts[1]).toContain(`  ${id}  VIOLATION  `)
    for (const bad of ['\u001b[2J', '\u202e']) expect(texts.join('')).not.toContain(bad)
  })
})
