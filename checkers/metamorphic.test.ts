/**
 * What must hold of every consistency level whatever the history: relations between the verdicts on a
 * history and on one that was changed in a way that means nothing, or only more or only less.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from './checker.ts'
import { type EventInput, History, type HistoryEvent } from './history.ts'
import { levels } from './spectrum/levels.ts'
import { uniqueHistories } from './testing/unique.ts'

const runs = { seed: 20261121, numRuns: Number(process.env.SCHISM_RUNS ?? 150) }
const histories = uniqueHistories(9, { unknown: 20, wrong: 15, tells: true })
const judge = (level: (typeof levels)[number], history: History): Verdict['valid'] =>
  level.plugin.check(history, unlimited).valid

describe.each(levels)('$name', (level) => {
  const same = (changed: (history: History) => History): void =>
    fc.assert(
      fc.property(histories, (history) => {
        expect(judge(level, changed(history))).toBe(judge(level, history))
      }),
      runs,
    )

  test('does not look at the numbers of processes', () => {
    same((history) => mapped(history, (event) => ({ process: 1000 - Number(event.process) })))
  })

  test('does not look at the names of keys', () => {
    same((history) =>
      mapped(history, ({ key }) => (key === undefined ? {} : { key: `other ${key}` })),
    )
  })

  test('does not look at the values, as long as equal ones stay equal', () => {
    same((history) => mapped(history, ({ value }) => ({ value: renamed(value) })))
  })

  test('does not look at the clock', () => {
    same((history) => mapped(history, ({ index }) => ({ index: index + 7, time: 5e9 + index * 3 })))
  })

  test('an operation without an answer that nobody saw changes nothing', () => {
    same((history) => {
      // One that failed and did not tell what it saw may have seen whatever it did not expect.
      fc.pre(
        ![...history].some(({ type, f, value }) => type === 'fail' && f === 'cas' && !saw(value)),
      )
      const seen = new Set([...history].flatMap((event) => observations(event)))
      const unseen = [...history.operations()].filter(
        ({ invoke, outcome }) => outcome === 'info' && !seen.has(installs(invoke)),
      )
      const gone = new Set(
        unseen.flatMap(({ invoke, completion }) => [invoke.index, completion?.index]),
      )
      return History.from([...history].filter(({ index }) => !gone.has(index)))
    })
  })

  test('an operation that may take longer turns no valid history into a violation', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, pick) => {
        const widened = widen(history, pick)
        if (judge(level, history) === true) expect(judge(level, widened)).toBe(true)
        if (judge(level, widened) === false) expect(judge(level, history)).toBe(false)
      }),
      runs,
    )
  })
})

const mapped = (history: History, change: (event: HistoryEvent) => Partial<EventInput>): History =>
  History.from([...history].map((event) => ({ ...event, ...change(event) })))

const renamed = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(renamed) : typeof value === 'number' ? `v${value}` : value

const saw = (value: unknown): boolean => Array.isArray(value) && value.length > 2

/** What a write or compare-and-set would leave behind, with its key. */
const installs = ({ key, value }: HistoryEvent): string =>
  JSON.stringify([key, Array.isArray(value) ? value[1] : value])

/** The values that an event shows, or shows to be needed. */
const observations = ({ type, f, key, value }: HistoryEvent): readonly string[] => {
  const values = Array.isArray(value) ? [value[0], value[2]] : f === 'read' ? [value] : []
  const told = f === 'cas' ? true : type === 'ok'
  return told ? values.map((seen) => JSON.stringify([key, seen])) : []
}

/** The history in which one event that completes stands one place later, or one invocation one earlier. */
const widen = (history: History, pick: number): History => {
  const events = [...history]
  const at = pick % Math.max(1, events.length - 1)
  const [first, second] = [events[at], events[at + 1]]
  if (first === undefined || second === undefined || first.process === second.process)
    return history
  if (first.type === 'invoke' || second.type !== 'invoke') return history
  const swapped = events.with(at, second).with(at + 1, first)
  return History.from(swapped.map((event, index) => ({ ...event, index, time: index })))
}
