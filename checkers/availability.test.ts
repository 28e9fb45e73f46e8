import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { availability, availabilityWith } from './availability.ts'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { faultWindows } from './fault-windows.ts'
import { type EventInput, History } from './history.ts'
import { interleavings } from './testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121

/** `[ms, process, type, f, error]` of a client, `[ms, phase, type]` of fault number 1. */
const at = (...rows: readonly (readonly [number, number | string, string, string?, string?])[]) =>
  History.from(
    rows.map(([ms, who, type, f, error]): EventInput => {
      const shared = { time: ms * 1e6, type: type as EventInput['type'] }
      if (typeof who === 'number')
        return {
          ...shared,
          process: who,
          f: f!,
          value: null,
          ...(error === undefined ? {} : { error }),
        }
      const evidence = { held: true, summary: '' }
      const value = { phase: who, episode: 1, targets: [], done: null, evidence }
      return { ...shared, process: 'nemesis', f: 'kill', value }
    }),
  )
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []

/** A read every 100 ms; those from 400 ms on fail until 700 ms; a fault from 350 to 650 ms. */
const outage = at(
  ...[0, 100, 200, 300].flatMap((ms) => [
    [ms, 0, 'invoke', 'read'] as const,
    [ms + 10, 0, 'ok', 'read'] as const,
  ]),
  [350, 'inject', 'invoke'],
  [360, 'injected', 'ok'],
  [400, 0, 'invoke', 'read'],
  [410, 0, 'fail', 'read', 'refused'],
  [500, 0, 'invoke', 'read'],
  [600, 0, 'info', 'read', 'timeout'],
  [640, 'heal', 'invoke'],
  [650, 'healed', 'ok'],
  [700, 1, 'invoke', 'read'],
  [720, 1, 'fail', 'read', 'refused'],
  [800, 1, 'invoke', 'cas'],
  [830, 1, 'fail', 'cas'],
)

test('answers and gaps are counted before, during and after the faults', () => {
  expect(availability(outage, unlimited)).toEqual({
    valid: true,
    stats: {
      ...{
        'operations.before': 4,
        'answered.before': 1,
        'answered.before.read': 1,
        'gapMs.before': 10,
      },
      ...{
        'operations.during': 2,
        'answered.during': 0,
        'answered.during.read': 0,
        'gapMs.during': 250,
      },
      ...{ 'operations.after': 2, 'answered.after': 0.5, 'answered.after.read': 0 },
      ...{ 'answered.after.cas': 1, 'gapMs.after': 70 },
    },
  })
})

describe('thresholds', () => {
  test('a ratio that falls short is unavailable, without operations to name', () => {
    const [anomaly] = found(availabilityWith({ after: { answered: 0.9 } })(outage, unlimited))
    expect(anomaly).toEqual({
      type: 'unavailable',
      ops: [],
      summary: '1 of 2 operations (0.5) were answered after the faults: at least 0.9 expected',
    })
  })

  test('a gap that lasts too long is unavailable, and names what waited in it', () => {
    const [anomaly] = found(availabilityWith({ during: { gapMs: 100 } })(outage, unlimited))
    expect(anomaly).toEqual({
      type: 'unavailable',
      ops: [10, 12],
      summary:
        'nothing was answered for 250 ms while faults were in place, from 0.400 s to 0.650 s: at most ' +
        '100 ms expected',
    })
  })

  test('a history that meets them is valid', () => {
    const asked = { before: { answered: 1, gapMs: 10 }, during: { gapMs: 250 } }
    expect(availabilityWith(asked)(outage, unlimited).valid).toBe(true)
  })

  test('gaps without times are unknown', () => {
    const untimed = History.from([{ process: 0, type: 'invoke', f: 'read', value: null }])
    expect(availabilityWith({ before: { gapMs: 1 } })(untimed, unlimited)).toMatchObject({
      valid: 'unknown',
      reason: 'gaps need times, and the events have none',
    })
  })
})

test('nobody waits, nothing is missed: an idle time before an answer is no gap', () => {
  const idle = at(
    ...([
      [0, 0, 'invoke', 'read'],
      [10, 0, 'fail', 'read', 'refused'],
      [5000, 0, 'invoke', 'read'],
      [5030, 0, 'ok', 'read'],
    ] as const),
  )
  expect(availability(idle, unlimited).stats).toMatchObject({ 'gapMs.before': 30 })
})

test('faults that overlap are one time, and one that is not healed lasts for ever', () => {
  const fault = (
    ms: number,
    episode: number,
    phase: string,
    type: 'invoke' | 'ok',
  ): EventInput => ({
    ...{ time: ms * 1e6, process: 'nemesis', type, f: 'kill' },
    value: { phase, episode, evidence: { held: true, summary: '' } },
  })
  const events = [
    ...[fault(10, 1, 'inject', 'invoke'), fault(20, 2, 'inject', 'invoke')],
    ...[
      fault(30, 1, 'healed', 'ok'),
      fault(40, 2, 'healed', 'ok'),
      fault(60, 3, 'inject', 'invoke'),
    ],
  ]
  const ms = faultWindows(History.from(events)).map(({ phase, from, to }) => [
    phase,
    from / 1e6,
    to / 1e6,
  ])
  expect(ms).toEqual([
    ['before', 0, 10],
    ['during', 10, 40],
    ['after', 40, 60],
    ['during', 60, Number.POSITIVE_INFINITY],
  ])
})

/** The definition: between two answers, what spans the times in which somebody waited. */
const longestGap = (history: History): number | undefined => {
  const all = [...history.operations()]
  const isAnswered = ({ outcome, completion }: (typeof all)[number]): boolean =>
    outcome === 'ok' || (outcome === 'fail' && completion!.error === undefined)
  const end = history.event(history.length - 1).time
  const answers = all.filter(isAnswered).map(({ completion }) => completion!.time)
  const cuts = [0, ...answers.toSorted((a, b) => a - b), end]
  const gaps: number[] = []
  cuts.slice(1).forEach((to, at) => {
    const from = cuts[at]!
    const waits = all
      .map((one) => ({
        one,
        from: Math.max(from, one.invoke.time),
        to: Math.min(to, one.completion?.time ?? end),
      }))
      .filter((wait) => wait.from < wait.to || (wait.from === wait.to && wait.from === to))
      .filter((wait) => wait.from <= to && wait.to >= from)
    const parts: { from: number; to: number; disappointed: boolean }[] = []
    for (const { one, ...wait } of waits.toSorted((a, b) => a.from - b.from)) {
      const disappointed =
        one.completion !== undefined && !isAnswered(one) && one.completion.time <= to
      const last = parts.at(-1)
      if (last === undefined || wait.from > last.to) parts.push({ ...wait, disappointed })
      else
        parts[parts.length - 1] = {
          from: last.from,
          to: Math.max(last.to, wait.to),
          disappointed: last.disappointed || disappointed,
        }
    }
    const [first, ...rest] = parts
    if (first === undefined) return
    const last = rest.at(-1)
    const alone = last !== undefined && !last.disappointed
    const hull = alone ? (rest.at(-2) ?? first) : (last ?? first)
    gaps.push(hull.to - first.from)
    if (alone) gaps.push(last.to - last.from)
  })
  return gaps.length === 0 ? undefined : Math.max(...gaps) / 1e6
}

test('on random histories gaps are those of the definition', () => {
  const call = fc.constant({ f: 'read', value: null })
  const histories = interleavings({ call, answer: () => null, most: 16 })
  fc.assert(
    fc.property(histories, fc.array(fc.nat(40), { maxLength: 16 }), (history, gapsMs) => {
      let time = 0
      const events = [...history].map(({ index: _, ...event }, at): EventInput => {
        time += 1 + (gapsMs[at] ?? 0)
        return {
          ...event,
          time: time * 1e6,
          ...(event.type === 'fail' && time % 2 === 0 ? { error: 'refused' } : {}),
        }
      })
      const timed = History.from(events)
      expect(availability(timed, unlimited).stats!['gapMs.before']).toBe(longestGap(timed))
    }),
    { numRuns, seed },
  )
})
