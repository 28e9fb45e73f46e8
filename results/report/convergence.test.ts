import { expect, test } from 'vitest'
import { type EventInput, History } from '../../checkers/history.ts'
import type { VerdictRecord } from '../run.ts'
import { convergence } from './convergence.ts'

const verdict: VerdictRecord = {
  ...{
    version: 1,
    input: 'x',
    valid: true,
    outcome: 'valid',
    anomalies: [],
    problems: [],
    notes: [],
  },
  checkers: { eventual: { valid: true, stats: { convergenceMs: 250 } } },
}

const read = (at: number, node: string, value: unknown, key?: string): EventInput[] => {
  const common = { process: at, f: 'read', node, ...(key === undefined ? {} : { key }) }
  return [
    { ...common, type: 'invoke', value: null, time: at * 1e9 },
    { ...common, type: 'ok', value, time: at * 1e9 + 1e6 },
  ]
}

test('each node has a line of what its reads showed, over all keys', () => {
  const history = History.from([
    ...read(1, 'n1', [1, 2], 'a'),
    ...read(2, 'n2', [1], 'a'),
    ...read(3, 'n1', [7], 'b'),
    ...read(4, 'n2', { updates: [1, 2, 3], state: {} }, 'b'),
    ...read(5, 'n1', [1, 2, 3], 'a'),
  ])
  const found = convergence(history, verdict, 100)!
  expect(found.x).toEqual([1.001, 2.001, 3.001, 4.001, 5.001])
  expect(found.nodes).toEqual([
    { name: 'n1', sizes: [2, 2, 3, 3, 4] },
    { name: 'n2', sizes: [null, 1, 1, 4, 4] },
  ])
})

test('when the updates were over, and when the replicas agreed, stand beside it', () => {
  const add: EventInput[] = [
    { type: 'invoke', process: 0, f: 'add', value: 1, time: 0 },
    { type: 'ok', process: 0, f: 'add', value: 1, time: 5e8 },
  ]
  const history = History.from([...add, ...read(1, 'n1', [1]), ...read(2, 'n2', [1])])
  expect(convergence(history, verdict, 100)).toMatchObject({ restS: 0.5, agreedS: 0.75 })
})

test('a long run keeps few moments, its last among them', () => {
  const events = Array.from({ length: 1000 }, (_, at) => read(at, `n${at % 2}`, Array(at).fill(0)))
  const { x, nodes } = convergence(History.from(events.flat()), verdict, 100)!
  expect(x.length).toBeLessThanOrEqual(101)
  expect(nodes[1]!.sizes.at(-1)).toBe(999)
})

test('reads of one node, or of no lists, show no convergence', () => {
  expect(convergence(History.from(read(1, 'n1', [1])), verdict, 10)).toBeUndefined()
  const registers = History.from([...read(1, 'n1', 5), ...read(2, 'n2', 5)])
  expect(convergence(registers, verdict, 10)).toBeUndefined()
})
