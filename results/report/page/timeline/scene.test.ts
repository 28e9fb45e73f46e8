import { expect, test } from 'vitest'
import { History } from '../../../../checkers/history.ts'
import { OperationsDecoder } from '../../operations/decode.ts'
import { operationBlocks } from '../../operations/encode.ts'
import { Operations } from '../../operations/operations.ts'
import { pageData } from '../../page-data.ts'
import { sampleRun } from '../../sample.test-helper.ts'
import { GUTTER, geometryOf, heights, nsAt, rowTop, xOf } from './geometry.ts'
import { hitAt } from './hit.ts'
import { lanesOf } from './lanes.ts'
import { sceneOf } from './scene.ts'
import { wordsOf } from './words.ts'

const sample = sampleRun('set')
const clock = (second: number, offsets: Readonly<Record<string, number>>) => ({
  ...{ type: 'info' as const, process: 'nemesis' as const, f: 'observe' },
  time: second * 1e9,
  value: { kind: 'clock', offsets },
})
const history = History.from(
  [
    ...[...sample.history].map(({ index, ...event }) => event),
    ...[clock(5, { n1: 0, n2: 0 }), clock(20, { n1: 0, n2: -90_000 }), clock(22, { n1: 0, n2: 0 })],
  ].toSorted((a, b) => a.time - b.time),
)
const page = pageData({ ...sample, history })
const decoder = new OperationsDecoder()
for (const block of operationBlocks(history)) decoder.add(block)
const operations = new Operations(decoder.data)
const { around, charts } = page
const lanes = lanesOf(operations, around.threads, around.endNs)
const scene = sceneOf({ operations, lanes, matches: undefined, around, clocks: charts.clocks })
const geometry = geometryOf(scene, 1000, { from: 0, to: around.endNs }, 0)

const wordsAt = (seconds: number, y: number): string => {
  const hit = hitAt(scene, geometry, xOf(geometry, seconds * 1e9), y)
  return hit === undefined ? 'nothing' : wordsOf(scene, hit).join('\n')
}
const nodeY = (at: number) => geometry.nodesTop + at * 22 + 11

test('a row of a node knows when it led, what hit it and how wrong its clock was', () => {
  expect(scene.nodes.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3'])
  const [n1, n2] = scene.nodes
  expect(n1!.led.map(({ from, to }) => [from / 1e9, to / 1e9])).toEqual([
    [0.01, 14.9],
    [43, 62],
  ])
  expect(n2!.faults.map(({ name }) => name)).toEqual(['partition #2'])
  expect(wordsAt(5, nodeY(0))).toMatch(/^n1\nleads from 0\.010 to 14\.900 s/)
  expect(wordsAt(21, nodeY(1))).toContain('its clock is 1.5 min behind')
  expect(wordsAt(25, nodeY(1))).toContain('partition #2 on n2 (isolate primary)')
})

test('leaders change when another one leads, not when one is gone', () => {
  expect(scene.leaderChanges.map((ns) => ns / 1e9)).toEqual([10, 26, 43])
})

test('faults that overlap have their names in different lines, as long as there is room', () => {
  const [fault] = around.faults
  const spans = [
    ...[
      [0, 10],
      [5, 15],
      [6, 7],
      [8, 9],
      [10, 12],
      [16, 20],
    ],
  ] as const
  const faults = spans.map(([fromNs, toNs]) => ({ ...fault!, fromNs: fromNs!, toNs: toNs! }))
  const crowded = { ...around, faults }
  const lines = sceneOf({
    operations,
    lanes,
    matches: undefined,
    around: crowded,
    clocks: undefined,
  })
  expect(lines.faultLines).toEqual([0, 1, 2, 2, 0, 0])
})

test('what is drawn at a place is found there', () => {
  expect(hitAt(scene, geometry, GUTTER - 1, 300)).toBe(undefined)
  expect(wordsAt(10, geometry.faultsTop + 8)).toMatch(/^partition #1 on n1/)
  const { columns } = operations
  for (const place of [0, 17, 400, operations.length - 1]) {
    const from = columns.from[place]!
    const close = geometryOf(scene, 1000, { from: from - 5e6, to: from + 5e6 }, 0)
    const y = rowTop(close, scene.rowOf(place)!) + close.laneHeight / 2
    const x = xOf(close, from) + 1
    expect(nsAt(close, x - 1)).toBeCloseTo(from, -1)
    expect(hitAt(scene, close, x, y)).toEqual({ kind: 'operation', place })
  }
})

test('lanes that a filter leaves empty take no room', () => {
  const matches = new Uint8Array(operations.length)
  matches[3] = 1
  const one = sceneOf({ operations, lanes, matches, around, clocks: charts.clocks })
  expect(one.rows.map(({ lane }) => lane)).toEqual([lanes.laneOf[3]])
  expect(one.rowOf(3)).toBe(0)
  expect(heights(one).height).toBeLessThan(heights(scene).height)
})
