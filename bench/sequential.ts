/**
 * Sequential consistency and bounded staleness of registers with unique values: 100 keys, 20 processes, with
 * and without indeterminate operations. `npm run bench -- sequential`
 *
 * `one copy` is linearizable; in `one writer a key` and `compare-and-set` the order of the versions follows from
 * the history; in `replicas` every process reads a copy that lags behind, so that no order of real time
 * explains the reads and the order of concurrent writes must be found; `replicas, one wrong` has one read that goes
 * back. The baseline is the linearizability of the same history. Medians of several runs.
 */
import { boundedStaleness } from '../checkers/bounded-staleness.ts'
import { type Checker, unlimited } from '../checkers/checker.ts'
import { type EventInput, History, HistoryBuilder } from '../checkers/history.ts'
import { linearizable } from '../checkers/linearizable.ts'
import casRegister from '../checkers/models/cas-register.ts'
import { sequential } from '../checkers/sequential.ts'
import { median, table } from './table.ts'

const KEYS = 100
const PROCESSES = 20
const ROUNDS = 5

type System = 'one copy' | 'one writer a key' | 'compare-and-set' | 'replicas'

const main = (): void => {
  const rows: (readonly (number | string)[])[] = []
  for (const system of ['one copy', 'one writer a key', 'compare-and-set', 'replicas'] as const)
    for (const unknown of [0, 10])
      rows.push(row(`${system}, ${unknown / 10} % unknown`, run(system, 100_000, unknown)))
  rows.push(row('replicas, one wrong', spoilt(run('replicas', 100_000, 0))))
  for (const operations of [10_000, 1_000_000])
    rows.push(row(`one copy, ${operations}`, run('one copy', operations, 0)))
  const headings = [
    'history',
    'operations',
    'verdict',
    'sequential ms',
    'linearizable ms',
    'ratio',
    'staleness ms',
  ]
  console.log(table(headings, rows))
}

const row = (name: string, history: History): readonly (number | string)[] => {
  const verdict = sequential(casRegister)(history, unlimited).valid
  const ours = time(sequential(casRegister), history)
  const baseline = time(linearizable(casRegister), history)
  return [
    ...[name, history.length / 2, verdict === true ? 'valid' : verdict ? verdict : 'violation'],
    ...[ours, baseline, ours / baseline, time(boundedStaleness({}), history)],
  ]
}

const time = (checker: Checker, history: History): number =>
  median(
    Array.from({ length: ROUNDS }, () => {
      const start = performance.now()
      checker(history, unlimited)
      return performance.now() - start
    }),
  )

interface Call {
  readonly f: 'read' | 'write' | 'cas'
  readonly key: number
  readonly value: unknown
  answer?: { readonly type: 'ok' | 'fail'; readonly value: unknown }
}

/** A system at work; operations take effect at a random moment between invocation and completion. */
const run = (system: System, operations: number, unknownPerMille: number): History => {
  const random = chance(7)
  const builder = new HistoryBuilder()
  const names = Array.from({ length: PROCESSES }, (_, process) => process)
  const copies = new Copies(system === 'replicas', random)
  const open: (Call | undefined)[] = Array.from({ length: PROCESSES })
  let time = 0
  let values = 0
  for (let invoked = 0; invoked < operations || open.some((call) => call !== undefined); ) {
    const process = random(PROCESSES)
    const call = open[process]
    time += 1000 + random(100_000)
    const shared = { process: names[process]!, time }
    if (call === undefined) {
      if (invoked >= operations) continue
      invoked++
      const next = draw(system, process, copies, random, () => ++values)
      open[process] = next
      builder.add({ ...shared, type: 'invoke', f: next.f, key: next.key, value: next.value })
      continue
    }
    if (call.answer === undefined) {
      call.answer = copies.perform(process, call)
      if (random(2) === 0) continue
    }
    open[process] = undefined
    const unknown = random(1000) < unknownPerMille
    if (unknown) names[process]! += PROCESSES
    const answer = unknown ? { type: 'info' as const, value: call.value } : call.answer
    builder.add({ ...shared, f: call.f, key: call.key, ...answer })
  }
  return builder.build()
}

const draw = (
  system: System,
  process: number,
  copies: Copies,
  random: (below: number) => number,
  value: () => number,
): Call => {
  const key = random(KEYS)
  if (random(2) === 0) return { f: 'read', key, value: null }
  if (system === 'compare-and-set') return { f: 'cas', key, value: [copies.main[key], value()] }
  const own = key - (key % PROCESSES) + process
  return { f: 'write', key: system === 'one writer a key' ? own : key, value: value() }
}

/** What the keys hold, and the copy that each process reads. */
class Copies {
  readonly main: (number | null)[] = Array.from({ length: KEYS }, () => null)
  private readonly log: { readonly key: number; readonly value: number }[] = []
  private readonly copies = Array.from({ length: PROCESSES }, () => ({
    applied: 0,
    values: Array.from({ length: KEYS }, (): number | null => null),
  }))

  constructor(
    private readonly lagging: boolean,
    private readonly random: (below: number) => number,
  ) {}

  perform(process: number, { f, key, value }: Call): NonNullable<Call['answer']> {
    if (f === 'read') {
      if (!this.lagging) return { type: 'ok', value: this.main[key] }
      const behind = this.log.length - this.copies[process]!.applied
      if (this.random(10) === 0) this.apply(process, this.random(behind + 1))
      return { type: 'ok', value: this.copies[process]!.values[key] }
    }
    const [from, to] =
      f === 'cas' ? (value as [number | null, number]) : [undefined, value as number]
    if (f === 'cas' && this.main[key] !== from)
      return { type: 'fail', value: [from, to, this.main[key]] }
    this.main[key] = to
    this.log.push({ key, value: to })
    this.apply(process, this.log.length - this.copies[process]!.applied)
    return { type: 'ok', value }
  }

  private apply(process: number, entries: number): void {
    const copy = this.copies[process]!
    for (const { key, value } of this.log.slice(copy.applied, copy.applied + entries))
      copy.values[key] = value
    copy.applied += entries
  }
}

/** The same history with one answer from a process' own past, near the end. */
const spoilt = (history: History): History => {
  const events = [...history] as EventInput[]
  const isRead = (event: EventInput): boolean => event.f === 'read' && event.type === 'ok'
  const at = events.findLastIndex(isRead)
  const { process, key, value } = events[at]!
  const old = events.find(
    (event) =>
      isRead(event) && event.process === process && event.key === key && event.value !== value,
  )
  events[at] = { ...events[at]!, value: old!.value }
  return History.from(events)
}

const chance = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

main()
