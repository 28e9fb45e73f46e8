import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { broadcastWith, type Promised, promises } from './broadcast.ts'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { broadcastViolations } from './testing/broadcast-oracle.ts'
import { only } from './testing/histories.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 600)
const seed = 20261121
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []

/** A history of nodes a, b, c from lines `NODE broadcast MESSAGE [after …]` and `NODE read MESSAGE …`, one after another. */
const nodes = (...text: readonly string[]): History =>
  History.from(
    text.flatMap((line, place): EventInput[] => {
      const [node = '', f = '', ...rest] = line.split(' ')
      const numbers = rest.filter((word) => word !== 'after').map(Number)
      const call = { process: place, node, f }
      if (f === 'read')
        return [
          { ...call, type: 'invoke', value: null },
          { ...call, type: 'ok', value: numbers },
        ]
      const [message = 0, ...after] = numbers
      return [
        { ...call, type: 'invoke', value: message },
        { ...call, type: 'ok', value: rest.includes('after') ? { message, after } : message },
      ]
    }),
  )
const judge = (promise: Promised, ...text: readonly string[]): Verdict =>
  broadcastWith({ promise })(nodes(...text), unlimited)

describe('reliable broadcast', () => {
  const sent = ['a broadcast 1', 'b broadcast 2']

  test('is valid when everybody delivers everything, in any order', () => {
    const text = [...sent, 'a read 1 2', 'b read 2 1', 'c read 2 1']
    expect(judge('reliable', ...text)).toMatchObject({
      valid: true,
      stats: { broadcasts: 2, acknowledged: 2, reads: 3, stale: 0 },
    })
  })

  // Cachin, Guerraoui and Rodrigues, section 3.2: the sender crashes before it has sent to all.
  test('is violated when some deliver what others do not; best-effort is not', () => {
    const text = ['a broadcast 1', 'b read 1', 'c read']
    expect(found(judge('reliable', ...text))).toMatchObject([
      {
        type: 'disagreement',
        ops: [0, 2, 4],
        summary:
          '1 message delivered by some and not by others: 1; process 1 at b, reading at event 3, found 1, ' +
          'and process 2 at c, reading at event 5, did not',
      },
    ])
    expect(judge('best-effort', ...text).valid).toBe(true)
  })

  // Maelstrom's doc/03-broadcast/02-performance.md: messages sent once into a partition.
  test('has lost what was acknowledged and nobody shows', () => {
    expect(found(judge('reliable', 'a broadcast 1', 'a read', 'b read'))).toMatchObject([
      { type: 'lost', ops: [0, 4], elements: [1] },
    ])
  })

  test('delivers nothing twice and nothing that was not sent', () => {
    for (const promise of promises) {
      expect(found(judge(promise, 'a broadcast 1', 'a read 1 1'))).toMatchObject([
        { type: 'duplicated', ops: [0, 2], elements: [1] },
      ])
      expect(found(judge(promise, 'a broadcast 1', 'a read 1 7'))).toMatchObject([
        { type: 'phantom', ops: [2], elements: [7] },
      ])
    }
  })

  test('cannot be judged where a node is not read in the end', () => {
    expect(judge('reliable', 'a broadcast 1', 'b read 1')).toMatchObject({
      reason: 'not read in the end: a',
    })
  })
})

describe('order', () => {
  // Hadzilacos and Toueg 1994, section 4.1: "if a process broadcasts m before it broadcasts m', …".
  test('FIFO is violated by a later message without or before an earlier one of its sender', () => {
    const sent = ['a broadcast 1', 'a broadcast 2']
    for (const read of ['b read 2 1', 'b read 2'])
      expect(found(judge('fifo', ...sent, read, 'a read 1 2'))[0]).toMatchObject({
        type: 'fifo-order',
        ops: [0, 2, 4],
      })
    expect(judge('reliable', ...sent, 'b read 2 1', 'a read 1 2').valid).toBe(true)
  })

  test('FIFO says nothing of what was under way together', () => {
    const events: EventInput[] = [
      { process: 0, node: 'a', type: 'invoke', f: 'broadcast', value: 1 },
      { process: 1, node: 'a', type: 'invoke', f: 'broadcast', value: 2 },
      { process: 0, node: 'a', type: 'ok', f: 'broadcast', value: 1 },
      { process: 1, node: 'a', type: 'ok', f: 'broadcast', value: 2 },
      { process: 2, node: 'a', type: 'invoke', f: 'read', value: null },
      { process: 2, node: 'a', type: 'ok', f: 'read', value: [2, 1] },
    ]
    const verdict = broadcastWith({ promise: 'fifo' })(History.from(events), unlimited)
    expect(verdict.valid).toBe(true)
  })

  // Hadzilacos and Toueg 1994, section 4.2: FIFO order alone lets an answer come before what it answers.
  test('causal order is violated by an answer before what it answers; FIFO order is not', () => {
    const text = [
      'a broadcast 1',
      'b broadcast 2 after 1',
      'c read 2 1',
      'a read 1 2',
      'b read 1 2',
    ]
    expect(found(judge('causal', ...text))).toMatchObject([
      {
        type: 'causal-order',
        ops: [0, 2, 4],
        summary:
          '1 delivery out of order: process 2 at c, reading at event 5, found 2 before 1, but b had delivered 1 ' +
          'when it broadcast 2',
      },
    ])
    expect(judge('fifo', ...text).valid).toBe(true)
  })

  test('causal order holds along a chain when each step holds', () => {
    const sent = ['a broadcast 1', 'b broadcast 2 after 1', 'c broadcast 3 after 2']
    const all = ['a read 1 2 3', 'b read 1 2 3']
    expect(judge('causal', ...sent, ...all, 'c read 1 2 3').valid).toBe(true)
    expect(found(judge('causal', ...sent, ...all, 'c read 3 1 2'))[0]).toMatchObject({
      type: 'causal-order',
    })
  })

  // Hadzilacos and Toueg 1994, section 4.3: causal order leaves concurrent messages to each process.
  test('total order is violated by two orders of concurrent messages; causal order is not', () => {
    const text = ['a broadcast 1', 'b broadcast 2', 'a read 1 2', 'b read 2 1']
    expect(found(judge('total', ...text))).toMatchObject([
      { type: 'total-order', ops: [0, 2, 4, 6], elements: [1, 2] },
    ])
    expect(judge('causal', ...text).valid).toBe(true)
  })
})

describe('in the end', () => {
  const late = (seconds: number): History =>
    History.from<EventInput>([
      { process: 0, node: 'a', type: 'invoke', f: 'broadcast', value: 1, time: 0 },
      { process: 0, node: 'a', type: 'info', f: 'broadcast', value: 1, time: 1e9 },
      { process: 1, node: 'a', type: 'invoke', f: 'read', value: null, time: 2e9 },
      { process: 1, node: 'a', type: 'ok', f: 'read', value: [1], time: 3e9 },
      { process: 2, node: 'b', type: 'invoke', f: 'read', value: null, time: (3 + seconds) * 1e9 },
      { process: 2, node: 'b', type: 'ok', f: 'read', value: [], time: (4 + seconds) * 1e9 },
    ])

  test('a message that nobody answered for must be shown by all some time after one has shown it', () => {
    const check = broadcastWith({ graceMs: 1000 })
    expect(found(check(late(1), unlimited))[0]?.type).toBe('disagreement')
    expect(check(late(0.9), unlimited)).toMatchObject({
      reason: 'shown too late to be judged: 1',
    })
  })

  test('how long acknowledged messages were missing is measured', () => {
    const text = ['a broadcast 1', 'b read', 'a read 1', 'b read 1']
    expect(judge('reliable', ...text).stats).toMatchObject({ staleReads: 1, stale: 1 })
  })

  test('channels are judged apart, and one alone where it is named', () => {
    const call = (process: number, f: string, value: unknown): EventInput[] => [
      { process, node: 'a', type: 'invoke', f, key: 'x', value: f === 'read' ? null : value },
      { process, node: 'a', type: 'ok', f, key: 'x', value },
    ]
    const history = History.from([...call(0, 'broadcast', 1), ...call(0, 'read', [])])
    expect(found(broadcastWith({ channel: 'x' })(history, unlimited))[0]?.summary).toContain(
      'channel x: 1 of 1 acknowledged message lost',
    )
    expect(broadcastWith({ channel: 'y' })(history, unlimited).valid).toBe('unknown')
  })

  test('a history of something else, and one beyond the limits, is unknown', () => {
    const other = [{ process: 0, type: 'invoke', f: 'add', value: 1 }] as const
    expect(broadcastWith({})(History.from(other), unlimited)).toMatchObject({ valid: 'unknown' })
    const twice = nodes('a broadcast 1', 'b broadcast 1')
    expect(broadcastWith({})(twice, unlimited)).toMatchObject({
      reason:
        'broadcast cannot read this history: operation 2: 1 is the message of operation 0 as well',
    })
    const exceeded = { exceeded: () => 'out of time' }
    expect(broadcastWith({})(nodes('a read'), exceeded)).toMatchObject({ reason: 'out of time' })
  })
})

/** An operation of a process of its own, at some node, from one moment to a later one. */
const moments = {
  node: fc.constantFrom('a', 'b', 'c'),
  start: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.double({ min: 0, max: 0.6, noNaN: true }),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'info', 'fail'),
} as const
const drawn = fc.record({
  broadcasts: fc.array(
    fc.record({ ...moments, after: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }) }),
    { minLength: 1, maxLength: 4 },
  ),
  reads: fc.array(
    fc.record({
      ...moments,
      isLate: fc.boolean(),
      messages: fc.oneof(
        { weight: 5, arbitrary: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }) },
        { weight: 1, arbitrary: fc.array(fc.nat({ max: 4 }), { maxLength: 5 }) },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  /** Whether reads show only messages that somebody broadcasts, sooner or later. */
  isHonest: fc.constantFrom(true, true, true, false),
})

interface Placed {
  readonly at: number
  readonly event: EventInput
}

/** Messages are the numbers of their broadcasts, from 0. */
const historyOf = ({
  broadcasts,
  reads,
  isHonest,
}: typeof drawn extends fc.Arbitrary<infer T> ? T : never): History => {
  const sent = broadcasts.flatMap(
    ({ node, start, length, outcome, after }, message): readonly Placed[] => {
      const call = { process: message, node, f: 'broadcast' }
      const value = outcome === 'ok' ? { message, after } : message
      return [
        { at: start, event: { ...call, type: 'invoke', value: message } },
        { at: start + length, event: { ...call, type: outcome, value } as EventInput },
      ]
    },
  )
  const shown = reads.flatMap(
    ({ node, start, length, outcome, messages, isLate }, nth): readonly Placed[] => {
      const call = { process: broadcasts.length + nth, node, f: 'read' }
      // Many come in the end, when the history is at rest.
      const at = start + (isLate ? 2 : 0)
      const list = messages.filter((message) => !isHonest || message < broadcasts.length)
      return [
        { at, event: { ...call, type: 'invoke', value: null } },
        { at: at + length, event: { ...call, type: outcome, value: list } as EventInput },
      ]
    },
  )
  const all = [...sent, ...shown].toSorted((a, b) => a.at - b.at)
  return History.from(all.map(({ event }) => event))
}

describe.each(promises)('on random histories, %s', (promise) => {
  test('exactly the definition is judged, and every proof is minimal', () => {
    const check = broadcastWith({ promise })
    fc.assert(
      fc.property(drawn.map(historyOf), (history) => {
        const anomalies = found(check(history, unlimited))
        const types = anomalies.map(({ type }) => type)
        expect(types.toSorted()).toEqual([...broadcastViolations(history, promise)].toSorted())
        for (const { type, ops } of anomalies) {
          const departs = (some: readonly number[]): boolean =>
            found(check(only(history, some), unlimited)).some((one) => one.type === type)
          expect(departs(ops)).toBe(true)
          for (const op of ops) expect(departs(ops.filter((other) => other !== op))).toBe(false)
        }
      }),
      { numRuns, seed },
    )
  })
})
