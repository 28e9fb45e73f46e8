/** Changes to a history that must not change where it stands, or that can only let it stand better. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import { listAppend } from '../list-append.ts'
import { rwRegister } from '../rw-register.ts'
import { type TransactionalType, transactionalHistories } from '../testing/isolation-histories.ts'
import { isolationLevels } from './lattice.ts'

const numRuns = Number(process.env.SCHISM_AGREEMENT_RUNS ?? 200)
const types = ['list-append', 'rw-register'] as const
const checkers = { 'list-append': listAppend, 'rw-register': rwRegister }

type Step = readonly [f: string, key: string, value: unknown]

/** The levels that do not hold, and how often each anomaly was found. */
const standingOf = (type: TransactionalType, events: readonly EventInput[]) => {
  const { stats = {} } = checkers[type]('all')(History.from(events), unlimited)
  const { not, alsoNot, strongest, ...rest } = stats
  const told = new Set(`${not}, ${alsoNot}`.split(', '))
  const broken = new Set(isolationLevels.filter((level) => told.has(level)))
  return { broken, rest }
}

const plain = (history: History): EventInput[] =>
  [...history].map(({ type, process, f, value }) => ({ type, process, f, value }))

const steps = ({ value }: EventInput): readonly Step[] => value as readonly Step[]

const changes: Readonly<
  Record<string, (events: readonly EventInput[], pick: number) => EventInput[]>
> = {
  /** What overlaps is ordered by nothing: a completion changes places with the invocation behind it. */
  'transactions take longer': (events, pick) => {
    const changed = [...events]
    for (let at = 1; at < changed.length; at++) {
      const [one, next] = [changed[at - 1]!, changed[at]!]
      const longer = one.type !== 'invoke' && next.type === 'invoke' && one.process !== next.process
      if (!longer || ((pick >> (at % 16)) & 1) === 0) continue
      changed[at - 1] = next
      changed[at] = one
    }
    return changed
  },
  'every transaction has a process of its own': (events) => {
    const own = new Map<unknown, number>()
    let processes = 0
    return events.map((event) => {
      if (event.type === 'invoke') own.set(event.process, processes++)
      return { ...event, process: own.get(event.process)! }
    })
  },
}

describe.each(types)('%s', (type) => {
  test.each(Object.entries(changes))('%s: no level breaks that held', (_, change) => {
    fc.assert(
      fc.property(transactionalHistories(type, 7), fc.nat(2 ** 16 - 1), (history, pick) => {
        const events = plain(history)
        const before = standingOf(type, events).broken
        const after = standingOf(type, change(events, pick)).broken
        expect([...after].filter((level) => !before.has(level))).toEqual([])
      }),
      { numRuns },
    )
  })

  test('other names of keys, values and processes: all stays as it was', () => {
    fc.assert(
      fc.property(transactionalHistories(type, 7), (history) => {
        const events = plain(history)
        const renamed = (value: unknown): unknown =>
          typeof value === 'number'
            ? 1000 - value
            : Array.isArray(value)
              ? value.map(renamed)
              : value
        const keys: Readonly<Record<string, string>> = { x: 'z', y: 'x', z: 'a long name' }
        const others = events.map((event) => ({
          ...event,
          process: 50 - (event.process as number),
          value: steps(event).map(([f, key, value]) => [f, keys[key], renamed(value)]),
        }))
        expect(standingOf(type, others)).toEqual(standingOf(type, events))
      }),
      { numRuns },
    )
  })
})
