import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import plugIn, { ATTEMPTS, progressWithin } from './progress.ts'
import { interleavings } from './testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121

type Row = readonly [ms: number, process: number, type: string, error?: string]

const client = ([ms, process, type, error]: Row): EventInput => ({
  time: ms * 1e6,
  type: type as EventInput['type'],
  process,
  f: 'write',
  value: null,
  ...(error === undefined ? {} : { error }),
})

/** An episode of a kill; without a second time it is never healed. */
const kill = (episode: number, from: number, healed?: number): readonly EventInput[] => {
  const evidence = { held: true, summary: '' }
  const event = (ms: number, type: 'invoke' | 'ok', phase: string): EventInput => ({
    time: ms * 1e6,
    process: 'nemesis',
    type,
    f: 'kill',
    value: { phase, episode, targets: [], done: null, evidence },
  })
  return [
    event(from, 'invoke', 'inject'),
    event(from, 'ok', 'injected'),
    ...(healed === undefined ? [] : [event(healed, 'ok', 'healed')]),
  ]
}

const observed = (ms: number, value: object): EventInput => ({
  time: ms * 1e6,
  process: 'nemesis',
  type: 'info',
  f: 'observe',
  value,
})

const at = (...events: readonly (Row | readonly EventInput[] | EventInput)[]): History =>
  History.from(
    events
      .flatMap((one): readonly EventInput[] => {
        if ('process' in one) return [one]
        return typeof one[0] === 'number' ? [client(one as Row)] : (one as readonly EventInput[])
      })
      .map((event, place) => ({ event, place }))
      .sort((a, b) => a.event.time! - b.event.time! || a.place - b.place)
      .map(({ event }) => event),
  )

const within = (withinMs: number, history: History): Verdict =>
  progressWithin({ withinMs })(history, unlimited)
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []

/** Asked at a time and refused so many ms later. */
const refused = (process: number, ms: number, after = 10): readonly EventInput[] => [
  client([ms, process, 'invoke']),
  client([ms + after, process, 'fail', 'refused']),
]
const answered = (process: number, ms: number, after = 10): readonly EventInput[] => [
  client([ms, process, 'invoke']),
  client([ms + after, process, 'ok']),
]

describe('no-progress', () => {
  const stuck = at(
    answered(0, 0),
    kill(0, 100, 200),
    ...[300, 400, 700, 1200].map((ms) => refused(0, ms)),
  )

  test('is a time after the last heal in which all are refused', () => {
    expect(found(within(900, stuck))).toEqual([
      {
        type: 'no-progress',
        summary:
          'nothing was answered for 0.910 s after the last fault (kill, episode 0) was healed at 0.200 s, from ' +
          '0.300 s to 1.210 s, while 4 operations were tried; the last answer was to operation 0, at 0.010 s; ' +
          'at most 0.900 s are promised',
        ops: [0, 5, 7, 11],
      },
    ])
  })

  test('is none in the time that is promised', () => {
    expect(within(910, stuck)).toMatchObject({
      valid: 'unknown',
      stats: { attempts: 4, answered: 0, longestMs: 910, withinMs: 910 },
    })
  })

  test('ends with an answer, and may come after it', () => {
    const hung = at(
      kill(0, 0, 100),
      answered(0, 200),
      ...[1, 2, 3].map((process): Row => [400, process, 'invoke']),
      answered(0, 2000),
    )
    expect(found(within(1600, hung))).toMatchObject([{ ops: [3, 5, 6, 7, 8] }])
    expect(within(1610, hung).valid).toBe(true)
  })

  test('is also what the system says of itself when it never serves again', () => {
    const reason = '2 lead, in 3 terms'
    const waited = observed(60_300, { kind: 'unrecovered', afterMs: 60_000, reason })
    const never = at(answered(0, 0), kill(0, 100, 200), waited)
    expect(found(within(59_000, never))).toEqual([
      {
        type: 'no-progress',
        summary:
          'the system did not serve 60.000 s after the last fault (kill, episode 0) was healed at 0.200 s, as it ' +
          'says itself (2 lead, in 3 terms); at most 59.000 s are promised',
        ops: [0],
      },
    ])
  })

  test('needs no fault at all', () => {
    const dead = at(
      observed(0, { kind: 'phase', phase: 'main' }),
      ...[0, 1, 2].map((process) => refused(process, 100, 5000)),
    )
    expect(found(within(1000, dead))[0]!.summary).toContain('without any fault')
  })
})

describe('it is not', () => {
  test('what happens while a fault is in place', () => {
    const during = at(
      kill(0, 0, 5000),
      ...[100, 2000, 3000].map((ms) => refused(0, ms)),
      answered(0, 5100),
    )
    expect(within(100, during).valid).toBe(true)
  })

  test('what was asked in a fault and hangs after it', () => {
    const hanging = at(
      ...[1, 2, 3].map((process): Row => [100, process, 'invoke']),
      kill(0, 50, 200),
      ...[1, 2, 3].map((process): Row => [9000, process, 'info', 'timeout']),
      answered(0, 9100),
    )
    expect(within(100, hanging).valid).toBe(true)
  })

  test('the bad luck of two operations', () => {
    const two = at(kill(0, 0, 10), refused(0, 100), refused(0, 5000), answered(0, 5200))
    expect(within(100, two).valid).toBe(true)
  })

  test('a time in which nobody asks', () => {
    const idle = at(
      kill(0, 0, 10),
      ...[100, 120, 140].map((ms) => refused(0, ms)),
      answered(0, 9000),
    )
    expect(within(200, idle).valid).toBe(true)
  })

  test('a refused compare-and-set: that is an answer', () => {
    const failed = at(
      kill(0, 0, 10),
      ...[100, 2000, 4000].flatMap((ms): Row[] => [
        [ms, 0, 'invoke'],
        [ms + 10, 0, 'fail'],
      ]),
    )
    expect(within(100, failed).valid).toBe(true)
  })
})

describe('unknown is', () => {
  test('a run whose fault was not healed', () => {
    const verdict = within(100, at(answered(0, 0), kill(3, 100)))
    expect(verdict).toMatchObject({ valid: 'unknown' })
    expect((verdict as { reason: string }).reason).toContain('kill (episode 3) was not healed')
  })

  test('a run in which nobody asked afterwards, unless the system says that it serves', () => {
    const silent = [answered(0, 0), kill(0, 100, 200)] as const
    expect(within(100, at(...silent)).valid).toBe('unknown')
    const serves = observed(300, { kind: 'recovered', afterMs: 100 })
    expect(within(100, at(...silent, serves)).valid).toBe(true)
  })

  test('a history without times', () => {
    const untimed = History.from([{ process: 0, type: 'invoke', f: 'read', value: null }])
    expect(plugIn.check(untimed, unlimited).valid).toBe('unknown')
  })
})

/** The definition: between two answers after the heal, from the first who waits to the last who is let down. */
const longest = (history: History, calm: number): number => {
  const events = [...history]
  const all = [...history.operations()].map(({ invoke, completion, outcome }) => ({
    from: invoke.index,
    to: completion?.index ?? Number.POSITIVE_INFINITY,
    isAnswered: outcome === 'ok' || (outcome === 'fail' && completion!.error === undefined),
  }))
  const answers = all.filter((one) => one.isAnswered && one.to > calm).map(({ to }) => to)
  const cuts = [calm, ...answers.toSorted((a, b) => a - b), events.length]
  const time = (place: number): number => events[Math.min(place, events.length - 1)]!.time
  const lengths = cuts.slice(1).flatMap((to, nth) => {
    const from = cuts[nth]!
    const there = all.filter((one) => one.from > calm && one.from < to && one.to > from)
    const vain = there.filter((one) => one.to !== to || !one.isAnswered)
    if (vain.length < ATTEMPTS) return []
    const begun = time(Math.max(from, Math.min(...there.map((one) => one.from))))
    const ended = time(Math.min(to, Math.max(...vain.map((one) => one.to))))
    return [(ended - begun) / 1e6]
  })
  return Math.max(0, ...lengths)
}

test('on random histories the longest time without an answer is that of the definition', () => {
  const call = fc.constant({ f: 'write', value: null })
  const histories = interleavings({ call, answer: () => null, most: 30, threads: 5 })
  const drawn = fc.record({
    history: histories,
    gapsMs: fc.array(fc.nat(40), { maxLength: 30 }),
    healed: fc.nat(20),
    unlucky: fc.nat(9),
  })
  let departures = 0
  fc.assert(
    fc.property(drawn, ({ history, gapsMs, healed, unlucky }) => {
      let time = 1
      const events = [...history].map(({ index: _, ...event }, place): EventInput => {
        time += 1 + (gapsMs[place] ?? 0)
        const lucky = event.type !== 'ok' || place % 10 > unlucky
        return {
          ...event,
          time: time * 1e6,
          ...(lucky ? {} : { type: 'fail' }),
          ...(event.type === 'fail' || !lucky ? { error: 'refused' } : {}),
        }
      })
      const calm = Math.min(healed, events.length)
      const ms = calm === 0 ? 0 : events[calm - 1]!.time! / 1e6
      const faulty = History.from([
        ...kill(0, 0).slice(0, 1),
        ...events.slice(0, calm),
        ...kill(0, ms, ms).slice(2),
        ...events.slice(calm),
      ])
      const expected = longest(faulty, calm + 1)
      const verdict = within(20, faulty)
      expect(verdict.stats!.longestMs).toBe(expected)
      expect(verdict.valid === false).toBe(expected > 20)
      if (verdict.valid === false) departures++
    }),
    { numRuns, seed },
  )
  expect(departures).toBeGreaterThan(numRuns / 20)
})

test('its proof is enough: with nothing but the operations named it is still no-progress', () => {
  const call = fc.constant({ f: 'write', value: null })
  const histories = interleavings({ call, answer: () => null, most: 40, threads: 5 })
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: 10 }), (history, withinMs) => {
      const refusedAll = History.from(
        [...history].map((event) =>
          event.type === 'ok' && event.index > 5
            ? { ...event, type: 'fail' as const, error: 'refused' }
            : event,
        ),
      )
      const [anomaly] = found(within(withinMs, refusedAll))
      if (anomaly === undefined) return
      const named = new Set(anomaly.ops)
      const kept = [...refusedAll.operations()]
        .filter(({ invoke }) => named.has(invoke.index))
        .flatMap(({ invoke, completion }) => [invoke, ...(completion ? [completion] : [])])
        .sort((a, b) => a.index - b.index)
      const end = refusedAll.event(refusedAll.length - 1)
      const last = kept.at(-1)!.index === end.index ? [] : [observed(end.time / 1e6, { kind: 'x' })]
      const proof = History.from([...kept.map(({ index: _, ...event }) => event), ...last])
      expect(found(within(withinMs, proof))).toHaveLength(1)
    }),
    { numRuns, seed },
  )
})
