import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventInput, History } from '../../../../checkers/history.ts'
import { OperationsDecoder } from '../../operations/decode.ts'
import { operationBlocks } from '../../operations/encode.ts'
import { Operations } from '../../operations/operations.ts'
import { textsWith } from '../data/search.ts'
import { digitsFor, ticks } from './axis.ts'
import { matching } from './filter.ts'
import { LaneIndex } from './lane-index.ts'
import { laneName, lanesOf } from './lanes.ts'
import { firstViolation } from './navigate.ts'

const read = (history: History): Operations => {
  const decoder = new OperationsDecoder()
  for (const block of operationBlocks(history)) decoder.add(block)
  return new Operations(decoder.data)
}

const THREADS = 4

/** Runs of four threads whose processes are followed by others where an answer did not come. */
const runs = fc
  .array(
    fc.record({
      thread: fc.integer({ min: 0, max: THREADS - 1 }),
      wait: fc.integer({ min: 0, max: 5 }),
      took: fc.integer({ min: 0, max: 5 }),
      end: fc.constantFrom('ok', 'ok', 'fail', 'info', 'open'),
      value: fc.constantFrom(null, 7, 'seven', ['r', 7]),
      key: fc.constantFrom(undefined, 'x', 7),
    }),
    { maxLength: 60 },
  )
  .map((operations) => {
    const events: EventInput[] = []
    const process = Array.from({ length: THREADS }, (_, thread) => thread)
    const gone = new Set<number>()
    let time = 0
    for (const { thread, wait, took, end, value, key } of operations) {
      if (gone.has(thread)) continue
      time += wait
      const common = { process: process[thread]!, f: 'read', ...(key !== undefined && { key }) }
      events.push({ ...common, type: 'invoke', value, time })
      time += took
      if (end === 'open') gone.add(thread)
      else
        events.push({ ...common, type: end, value, time, ...(end === 'fail' && { error: 'E7' }) })
      if (end === 'info') process[thread]! += THREADS
    }
    return { operations: read(History.from(events)), endNs: time + 1 }
  })

describe('lanes', () => {
  test('are the threads, known or not, and what is in one does not overlap', () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(THREADS, undefined), ({ operations, endNs }, threads) => {
        const { laneOf, processes, until } = lanesOf(operations, threads, endNs)
        const { process, from } = operations.columns
        const last = new Map<number, number>()
        for (let place = 0; place < operations.length; place++) {
          const lane = laneOf[place]!
          expect(processes[lane]).toContain(process[place])
          if (threads !== undefined)
            for (const one of processes[lane]!)
              expect(one % THREADS).toBe(process[place]! % THREADS)
          const before = last.get(lane)
          if (before !== undefined) expect(until[before]).toBeLessThanOrEqual(from[place]!)
          expect(until[place]).toBeGreaterThanOrEqual(from[place]!)
          last.set(lane, place)
        }
        expect(processes.flat().length).toBe(new Set(process).size)
        expect(processes.length).toBeLessThanOrEqual(THREADS)
      }),
    )
  })

  test('are named by their processes', () => {
    expect(laneName([3])).toBe('3')
    expect(laneName([3, 13])).toBe('3, 13')
    expect(laneName([3, 13, 23, 33])).toBe('3, 13 … 33')
  })
})

test('what is in a window, and what became of it, is what a look at every operation says', () => {
  fc.assert(
    fc.property(
      runs,
      fc.integer({ min: -5, max: 100 }),
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      ({ operations, endNs }, from, span, shown) => {
        const lanes = lanesOf(operations, THREADS, endNs)
        const matches = Uint8Array.from({ length: operations.length }, (_, at) => Number(shown[at]))
        const index = new LaneIndex(operations, lanes, matches)
        const to = from + span
        const { columns } = operations
        for (let lane = 0; lane < lanes.processes.length; lane++) {
          const all = [...matches.keys()].filter(
            (at) => matches[at] === 1 && lanes.laneOf[at] === lane,
          )
          const [first, end] = index.within(lane, from, to)
          const found = [...index.places.subarray(first, end)]
          const begins = all.filter((at) => columns.from[at]! >= from && columns.from[at]! < to)
          const reaching = all.filter((at) => columns.from[at]! < from && lanes.until[at]! >= from)
          // One that began before may reach in; of several that end where the next begins, the last.
          expect(found).toEqual([...reaching.slice(-1), ...begins])
          const failed = found.filter((at) => columns.outcome[at] === 1).length
          expect(index.fails[end]! - index.fails[first]!).toBe(failed)
          const uncertain = found.filter((at) => columns.outcome[at]! >= 2).length
          expect(index.infos[end]! - index.infos[first]!).toBe(uncertain)
          const busy = found.reduce((sum, at) => sum + lanes.until[at]! - columns.from[at]!, 0)
          expect(index.busy[end]! - index.busy[first]!).toBe(busy)
        }
      },
    ),
    { numRuns: 500 },
  )
})

describe('a filter', () => {
  const found = (operations: Operations, filter: Parameters<typeof matching>[1]) => {
    const decoderText = textsOf(operations)
    const texts = textsWith(decoderText, filter.query ?? '')
    const matches = matching(operations, filter, texts)
    return Array.from({ length: operations.length }, (_, at) => at).filter(
      (at) => matches?.[at] !== 0,
    )
  }
  /** Texts as the worker has them. */
  const textsOf = (operations: Operations) => {
    const texts: string[] = []
    for (let id = 0; operations.textOf(id) !== ''; id++) texts.push(operations.textOf(id))
    const encoded = texts.map((text) => new TextEncoder().encode(text))
    const starts = new Float64Array(texts.length + 1)
    encoded.forEach((bytes, at) => {
      starts[at + 1] = starts[at]! + bytes.length
    })
    return { bytes: new Uint8Array(Buffer.concat(encoded)), starts }
  }

  test('shows exactly what it asks for', () => {
    fc.assert(
      fc.property(runs, ({ operations }) => {
        const facts = Array.from({ length: operations.length }, (_, at) => operations.facts(at))
        const places = (wanted: (fact: (typeof facts)[number]) => boolean) =>
          facts.flatMap((fact, at) => (wanted(fact) ? [at] : []))
        expect(found(operations, {})).toEqual(places(() => true))
        expect(found(operations, { key: '7' })).toEqual(places(({ key }) => key === '7'))
        expect(found(operations, { process: 1 })).toEqual(places(({ process }) => process === 1))
        expect(found(operations, { outcome: 'info', f: 'read' })).toEqual(
          places(({ outcome }) => outcome === 'info'),
        )
        expect(found(operations, { f: 'write' })).toEqual([])
        expect(found(operations, { query: 'SEVEN' })).toEqual(
          places(({ asked }) => asked === '"seven"'),
        )
        // A number as a whole, in lists as a part of their text; the error too.
        expect(found(operations, { query: '7' })).toEqual(
          places(({ asked, key, error }) => `${asked}${key}${error}`.includes('7')),
        )
        expect(found(operations, { query: '#0' })).toEqual(places(({ index }) => index === 0))
      }),
    )
  })

  test('finds texts of any characters, and nothing across two of them', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fc.string({ unit: fc.constantFrom('a', 'B') })),
          fc.array(fc.string({ unit: fc.constantFrom('a', 'B', 'é', '😀', 'İ') })),
        ),
        fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 3 }),
        (texts, query) => {
          const encoded = texts.map((text) => new TextEncoder().encode(text))
          const starts = new Float64Array(texts.length + 1)
          encoded.forEach((bytes, at) => {
            starts[at + 1] = starts[at]! + bytes.length
          })
          const bytes = new Uint8Array(Buffer.concat(encoded))
          expect([...textsWith({ bytes, starts }, query)]).toEqual(
            texts.map((text) => Number(text.toLowerCase().includes(query.toLowerCase()))),
          )
        },
      ),
    )
  })
})

test('the first violation is the one whose last operation came first', () => {
  const call = (process: number): EventInput[] => [
    { type: 'invoke', process, f: 'read', value: null },
    { type: 'ok', process, f: 'read', value: 1 },
  ]
  const operations = read(History.from([...call(0), ...call(1), ...call(0)]))
  const around = {
    violations: [
      { type: 'a', ops: [0, 4] },
      { type: 'b', ops: [2, 99] },
    ],
  }
  expect(firstViolation(operations, around)).toEqual([1])
  expect(firstViolation(operations, { violations: [] })).toEqual([])
  expect(firstViolation(operations, { violations: [{ type: 'a', ops: [77] }] })).toEqual([])
})

test('ticks are round, inside the window, and told apart', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e13, noNaN: true }),
      fc.double({ min: 1000, max: 1e13, noNaN: true }),
      (from, span) => {
        const all = ticks({ from, to: from + span }, 1000, 100)
        expect(all.length).toBeLessThanOrEqual(11)
        expect(all.length).toBeGreaterThan(2)
        expect(new Set(all.map(({ label }) => label)).size).toBe(all.length)
        for (const { ns } of all) {
          expect(ns).toBeGreaterThanOrEqual(from - 1e-3)
          expect(ns).toBeLessThanOrEqual(from + span + 1e-3)
        }
      },
    ),
  )
  expect([1, 1e3, 1e6, 2e8, 1e9, 5e9].map(digitsFor)).toEqual([9, 6, 3, 1, 0, 0])
})
