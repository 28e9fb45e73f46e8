/**
 * Times the checkers that go through a history once or twice, on a million operations each, and sets them
 * against the least that any checker must do: reading each event's type, process and value once.
 * `npm run bench -- one-pass`
 *
 * Processor time, the median and the least of five rounds in a warm process; building the history not included.
 */
import { availability } from '../checkers/availability.ts'
import { type Checker, unlimited } from '../checkers/checker.ts'
import { counter } from '../checkers/counter.ts'
import { electionSafety } from '../checkers/election-safety.ts'
import { eventual } from '../checkers/eventual.ts'
import { type EventInput, History, INVOKE } from '../checkers/history.ts'
import { latency } from '../checkers/latency.ts'
import { lockSafety } from '../checkers/lock-safety.ts'
import { set } from '../checkers/set.ts'
import { stats } from '../checkers/stats.ts'
import { strongEventual } from '../checkers/strong-eventual.ts'
import { totalQueue } from '../checkers/total-queue.ts'
import { uniqueIds } from '../checkers/unique-ids.ts'
import { median, table } from './table.ts'

const operations = 1_000_000
const rounds = 5

/** Records one operation that completes before the next begins, by one of ten processes on five nodes. */
type Perform = (f: string, given: unknown, got: unknown, key?: string) => void

const main = (): void => {
  const rows = inputs.map(({ name, check, fill }) => {
    const history = historyOf(fill)
    const scans = measured(() => scan(history))
    let valid: unknown
    const times = measured(() => {
      valid = check(history, unlimited).valid
    })
    const [one, base] = [median(times), median(scans)]
    return [name, history.length / 2, one, Math.min(...times), base, one / base, String(valid)]
  })
  const headings = ['checker', 'operations', 'ms', 'least ms', 'scan ms', 'ratio', 'valid']
  console.log(table(headings, rows))
}

const measured = (work: () => void): readonly number[] =>
  Array.from({ length: rounds }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })

/** What every checker does at least. */
const scan = (history: History): number => {
  const { type, process: who, value } = history.columns
  let invoked = 0
  for (let position = 0; position < history.length; position++)
    if (type[position] === INVOKE && who[position]! >= 0 && value.at(position) !== undefined)
      invoked++
  return invoked
}

const historyOf = (fill: (perform: Perform) => void): History => {
  const events: EventInput[] = []
  let next = 0
  fill((f, given, got, key) => {
    const shared = {
      process: next % 10,
      node: `n${next % 5}`,
      f,
      ...(key === undefined ? {} : { key }),
    }
    events.push({ ...shared, type: 'invoke', value: given, time: next * 2000 })
    events.push({ ...shared, type: 'ok', value: got, time: next * 2000 + 1000 })
    next++
  })
  return History.from(events)
}

const times = (count: number, work: (i: number) => void): void => {
  for (let i = 0; i < count; i++) work(i)
}

/** A million adds, and then each of five nodes read. */
const setWithFinalReads = (perform: Perform): void => {
  const all = Array.from({ length: operations }, (_, i) => i)
  times(operations, (i) => perform('add', i, i))
  times(5, () => perform('read', null, all))
}

const inputs: readonly {
  readonly name: string
  readonly check: Checker
  readonly fill: (perform: Perform) => void
}[] = [
  { name: 'set', check: set, fill: setWithFinalReads },
  { name: 'eventual, a set', check: eventual, fill: setWithFinalReads },
  {
    name: 'eventual, 1,000 registers',
    check: eventual,
    fill: (perform) => {
      times(operations - 5000, (i) => perform('write', i, i, `k${i % 1000}`))
      times(5000, (i) => {
        const key = Math.floor(i / 5)
        perform('read', null, operations - 6000 + key, `k${key}`)
      })
    },
  },
  {
    name: 'strong-eventual',
    check: strongEventual,
    fill: (perform) => {
      // Ten updates a key, and then each key read ten times: two million ids in all.
      times(operations / 5, (i) => perform('add', i, i, `k${Math.floor(i / 10)}`))
      times(operations / 5, (i) => {
        const first = i - (i % 10)
        const updates = Array.from({ length: 10 }, (_, at) => first + ((at + i) % 10))
        perform('read', null, { updates, state: first }, `k${Math.floor(i / 10)}`)
      })
    },
  },
  {
    name: 'unique-ids',
    check: uniqueIds,
    fill: (perform) => times(operations, (i) => perform('generate', null, `id-${i}`)),
  },
  {
    name: 'total-queue',
    check: totalQueue,
    fill: (perform) =>
      times(operations / 2, (i) => {
        perform('enqueue', i, i)
        perform('dequeue', null, i)
      }),
  },
  {
    name: 'counter',
    check: counter,
    fill: (perform) =>
      times(operations / 2, (i) => {
        perform('add', 3, 3)
        perform('read', null, 3 * (i + 1))
      }),
  },
  {
    name: 'lock-safety',
    check: lockSafety,
    fill: (perform) => {
      // Ten processes take turns: each acquires in one turn and releases in the next of its own.
      times(operations, (i) => {
        const isAcquire = Math.floor(i / 10) % 2 === 0
        perform(isAcquire ? 'acquire' : 'release', null, isAcquire ? i : null, `k${i % 10}`)
      })
    },
  },
  {
    name: 'election-safety',
    check: electionSafety,
    fill: (perform) =>
      times(operations, (i) =>
        perform('leader', null, { term: i >> 3, leader: `n${(i >> 3) % 5}` }),
      ),
  },
  { name: 'availability', check: availability, fill: (perform) => reads(perform) },
  { name: 'latency', check: latency, fill: (perform) => reads(perform) },
  { name: 'stats', check: stats(), fill: (perform) => reads(perform) },
]

const reads = (perform: Perform): void => times(operations, () => perform('read', null, 1))

main()
