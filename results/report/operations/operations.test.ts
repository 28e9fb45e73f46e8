import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventInput, History } from '../../../checkers/history.ts'
import { sampleRun } from '../sample.test-helper.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { OperationsDecoder } from './decode.ts'
import { operationBlocks } from './encode.ts'
import { BLOCK_COLUMNS } from './layout.ts'
import { NONE, Operations } from './operations.ts'
import { plainText, valueText } from './value-text.ts'

const decoded = (history: History): Operations => {
  const decoder = new OperationsDecoder()
  for (const block of operationBlocks(history)) decoder.add(block)
  return new Operations(decoder.data)
}

/** What the columns should say of a history, from the history's own objects. */
const expected = (history: History) =>
  [...history.operations()].map(({ invoke, completion, outcome }) => ({
    index: invoke.index,
    completion: completion?.index,
    from: invoke.time,
    to: completion?.time,
    outcome,
    process: invoke.process,
    f: plainText(invoke.f, 200),
    node: plainText(invoke.node ?? completion?.node ?? '', 200),
    key: invoke.key === undefined ? '' : plainText(String(invoke.key), 500),
    asked: invoke.value === undefined ? '' : valueText(invoke.value, 4096),
    answered: completion?.value === undefined ? '' : valueText(completion.value, 4096),
    error: plainText(completion?.error ?? '', 500),
  }))

const facts = (operations: Operations) =>
  Array.from({ length: operations.length }, (_, place) => operations.facts(place))

/** Histories of a few processes with values and texts of every kind. */
const value = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    -0,
    0.5,
    2 ** 52,
    -(2 ** 50),
    '',
    '\ud800x',
    'é😀\u202e\0',
  ),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
  fc.integer({ min: 4000, max: 9000 }).map((length) => 'ä'.repeat(length)),
)
const histories = fc
  .array(
    fc.record({
      process: fc.integer({ min: 0, max: 4 }),
      wait: fc.integer({ min: 0, max: 2 ** 40 }),
      f: fc.constantFrom('read', 'write', '</script>', '\ud800'),
      key: fc.oneof(fc.constant(undefined), fc.integer(), fc.string()),
      values: fc.tuple(value, value),
      end: fc.constantFrom('ok', 'fail', 'info', 'open'),
      node: fc.constantFrom(undefined, 'n1', 'n2'),
      error: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      echo: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((operations) => {
    const events: EventInput[] = []
    const busy = new Map<number, number>()
    let time = 0
    for (const { process, wait, f, key, values, end, node, error, echo } of operations) {
      // A process that had no answer never comes back: another one takes its place.
      const mine = process + (busy.get(process) ?? 0) * 10
      if (end === 'info' || end === 'open') busy.set(process, (busy.get(process) ?? 0) + 1)
      const common = { process: mine, f, ...(node && { node }), ...(key !== undefined && { key }) }
      events.push({ ...common, type: 'invoke', value: values[0], time })
      time += wait
      if (end === 'open') continue
      const answer = echo ? values[0] : values[1]
      events.push({ ...common, type: end, value: answer, time, ...(error && { error }) })
    }
    return History.from(events)
  })

describe('the operations of a report', () => {
  test('are those of the history', () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(facts(decoded(history))).toEqual(expected(history))
      }),
      { numRuns: 200 },
    )
  })

  test('of a run survive blocks of any number', () => {
    const { history } = sampleRun('register', { seconds: 10, rate: 4000 })
    const blocks = [...operationBlocks(history)]
    expect(blocks.length).toBeGreaterThan(1)
    const operations = decoded(history)
    expect(facts(operations)).toEqual(expected(history))
    const last = operations.length - 1
    expect(operations.placeOf(operations.columns.index[last]!)).toBe(last)
    expect(operations.placeOf(operations.columns.completion[last]!)).toBe(last)
    expect(operations.placeOf(2 ** 40)).toBe(NONE)
    expect(operations.placeOf(-1)).toBe(NONE)
  })

  test('equal keys are equal cells, however much comes between them', () => {
    const keyed = (key: string | number, n: number): EventInput[] => [
      { type: 'invoke', process: 0, f: 'write', key, value: `${n}${'x'.repeat(60_000)}` },
      { type: 'ok', process: 0, f: 'write', key, value: null },
    ]
    const events = Array.from({ length: 200 }, (_, n) => keyed(['a', '1', 1][n % 3]!, n)).flat()
    const { columns } = decoded(History.from(events))
    expect(new Set(columns.key).size).toBe(3)
    for (let place = 3; place < 200; place++)
      expect(columns.key[place]).toBe(columns.key[place - 3])
  })

  test('texts are cut ever shorter when they take too much of the report', () => {
    const events = Array.from({ length: 4000 }, (_, n): EventInput[] => [
      { type: 'invoke', process: 0, f: 'write', value: `${n}${'x'.repeat(3000)}` },
      { type: 'ok', process: 0, f: 'write', value: null },
    ]).flat()
    const decoder = new OperationsDecoder()
    const blocks = operationBlocks(History.from(events))
    // As if it could not be compressed at all, and each block took many times what it does.
    for (let block = blocks.next(); !block.done; block = blocks.next(block.value.length * 6))
      decoder.add(block.value)
    const operations = new Operations(decoder.data)
    expect(operations.length).toBe(4000)
    expect(operations.facts(0).asked).toHaveLength(3003)
    expect(operations.facts(3999).asked.length).toBeLessThan(30)
    expect(operations.facts(3999).asked).toContain('3,004 characters')
  })

  test('a write that is answered with what it wrote is in the report once', () => {
    const call = (answer: string): EventInput[] => [
      { type: 'invoke', process: 0, f: 'write', value: 'x'.repeat(3000) },
      { type: 'ok', process: 0, f: 'write', value: answer.repeat(3000) },
    ]
    const size = (answer: string) =>
      [...operationBlocks(History.from(call(answer)))].reduce((sum, { length }) => sum + length, 0)
    expect(size('x')).toBeLessThan(3200)
    expect(size('y')).toBeGreaterThan(6000)
  })

  test('a block with a wrong byte is refused or read, and breaks nothing', () => {
    const events = Array.from({ length: 20 }, (_, n): EventInput[] => [
      { type: 'invoke', process: n, f: 'write', key: `k${n % 3}`, value: n },
      { type: 'ok', process: n, f: 'write', key: `k${n % 3}`, value: `${n}`.repeat(n) },
    ]).flat()
    const [block] = operationBlocks(History.from(events))
    for (let at = 0; at < block!.length; at++) {
      const damaged = block!.slice()
      damaged[at]! ^= 1 << (at % 8)
      const decoder = new OperationsDecoder()
      try {
        decoder.add(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
      const { text } = decoder.data
      expect(text.starts.at(-1)).toBe(text.bytes.length)
      expect(text.starts).toEqual(text.starts.toSorted())
      facts(new Operations(decoder.data))
    }
  })

  test('a damaged block changes nothing of what was there', () => {
    const { history } = sampleRun('set', { seconds: 10 })
    const [block] = operationBlocks(history)
    const decoder = new OperationsDecoder()
    decoder.add(block!)
    const before = facts(new Operations(decoder.data))
    for (const length of [0, 1, 7, block!.length >> 1, block!.length - 1])
      expect(() => decoder.add(block!.subarray(0, length))).toThrow(RangeError)
    expect(facts(new Operations(decoder.data))).toEqual(before)
  })
})

test('numbers of up to 2⁵³ are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })), (numbers) => {
      const writer = new ByteWriter()
      for (const n of numbers) {
        writer.signed(n)
        writer.delta(n)
        writer.count(Math.abs(n))
      }
      const reader = new ByteReader(writer.bytes)
      const read = numbers.map(() => [reader.signed(), reader.delta(), reader.count()])
      expect(read).toEqual(numbers.map((n) => [n, n, Math.abs(n)]))
    }),
  )
})

describe('the text of a value', () => {
  test('is its JSON, or its beginning with what was left out', () => {
    expect(valueText({ a: [1, 'x'] }, 100)).toBe('{"a":[1,"x"]}')
    expect(valueText('x'.repeat(1_000_000), 60)).toMatch(/^"x+…?"… 1,000,000 characters$/)
    expect(
      valueText(
        Array.from({ length: 1e6 }, (_, n) => n),
        60,
      ),
    ).toMatch(/1,000,000 items$/)
    expect(plainText('\ud83dx', 10)).toBe('\\ud83dx')
    expect(plainText('x'.repeat(20), 10)).toBe(`${'x'.repeat(10)}… 20 characters`)
  })

  test('of a value nested without end is short', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 200_000; depth++) deep = [deep]
    expect(valueText(deep, 4096).length).toBeLessThan(10_000)
  })
})

test('a text is the same one when it comes again in the next block', () => {
  const texts = Array.from({ length: 700 }, (_, nth) => String(nth).padEnd(4000, 'x'))
  const history = History.from(
    texts.flatMap((value): EventInput[] => [
      { process: 0, type: 'invoke', f: 'write', value },
      { process: 0, type: 'ok', f: 'write', value },
    ]),
  )
  expect([...operationBlocks(history)].length).toBeGreaterThan(1)
  expect(facts(decoded(history))).toEqual(expected(history))
})

test('a block that claims more operations than it has bytes is refused before it takes any memory', () => {
  const block = new ByteWriter()
  // Operations, then no names of operations or nodes, and no texts.
  for (const count of [2 ** 27, 0, 0, 0]) block.count(count)
  for (const _ of BLOCK_COLUMNS) block.block(new Uint8Array())
  block.block(new Uint8Array())
  expect(() => new OperationsDecoder().add(block.bytes)).toThrow('the counts are too large')
})
