/**
 * Times the decisions of collections of unique elements (checkers/collections) on generated linearizable histories
 * and on the same with one wrong answer, and compares them, in the same run, with the general search.
 * `node scripts/bench.mjs collections [most operations]`
 *
 * Times are medians of several rounds in a warm process, the history read already; "read" is the model reading
 * it into parts, which both need. The search gives up after 400,000 configurations or 10 seconds.
 */
import { unlimited } from '../checkers/checker.ts'
import { settle } from '../checkers/collections/collections.ts'
import { type EventInput, History } from '../checkers/history.ts'
import { type Part, parts } from '../checkers/linearizable/part.ts'
import { problem, searchOf } from '../checkers/linearizable/problem.ts'
import type { Model } from '../checkers/model.ts'
import priorityQueue from '../checkers/models/priority-queue.ts'
import queue from '../checkers/models/queue.ts'
import set from '../checkers/models/set.ts'
import stack from '../checkers/models/stack.ts'
import { median, table } from './table.ts'

const most = Number(process.argv.at(-1)) || 1_000_000
const rounds = 3
const patience = { configurations: 400_000, ms: 10_000 }

/** A collection that works right, and how it is called. */
interface Kind {
  readonly model: Model
  readonly insert: string
  readonly remove: string
  readonly make: () => { readonly put: (element: number) => void; readonly take: () => unknown }
}

const kinds: readonly Kind[] = [
  { model: queue, insert: 'enqueue', remove: 'dequeue', make: () => new Fifo() },
  {
    model: stack,
    insert: 'push',
    remove: 'pop',
    make: () => {
      const items: number[] = []
      return { put: (element) => items.push(element), take: () => items.pop() ?? null }
    },
  },
  { model: priorityQueue, insert: 'insert', remove: 'extract-min', make: () => new Heap() },
]

class Fifo {
  private readonly items: number[] = []
  private head = 0
  put(element: number): void {
    this.items.push(element)
  }
  take(): number | null {
    return this.head < this.items.length ? this.items[this.head++]! : null
  }
}

class Heap {
  private readonly items: number[] = []
  put(element: number): void {
    const { items } = this
    let at = items.length
    for (; at > 0 && items[(at - 1) >> 1]! > element; at = (at - 1) >> 1)
      items[at] = items[(at - 1) >> 1]!
    items[at] = element
  }
  take(): number | null {
    const { items } = this
    const [least] = items
    const last = items.pop()
    if (least === undefined || items.length === 0) return last ?? null
    let at = 0
    for (let child = 1; child < items.length; child = at * 2 + 1) {
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++
      if (items[child]! >= last!) break
      items[at] = items[child]!
      at = child
    }
    items[at] = last!
    return least
  }
}

interface Shape {
  readonly operations: number
  readonly concurrency: number
  readonly wrong: boolean
}

/** Scatters the numbers below 2^20, none twice. */
const scattered = (n: number): number => Math.imul(n, 0x2545f491) & (2 ** 20 - 1)

const generator = () => {
  let seed = 7
  return (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
}

const ordered = (kind: Kind, { operations, concurrency, wrong }: Shape): History => {
  const random = generator()
  const object = kind.make()
  const events: EventInput[] = []
  const open = new Map<number, { readonly given: number | null; answer?: unknown }>()
  let inserted = 0
  for (let completed = 0; completed < operations; ) {
    const process = random(concurrency)
    const pending = open.get(process)
    if (pending === undefined) {
      const given = random(2) === 0 ? scattered(inserted++) : null
      const f = given === null ? kind.remove : kind.insert
      events.push({ process, type: 'invoke', f, value: given })
      open.set(process, { given })
      continue
    }
    if (pending.answer === undefined) {
      pending.answer = pending.given ?? object.take()
      if (pending.given !== null) object.put(pending.given)
      if (random(2) === 0) continue
    }
    const f = pending.given === null ? kind.remove : kind.insert
    events.push({ process, type: 'ok', f, value: pending.answer })
    open.delete(process)
    completed++
  }
  for (const [process, { given, answer }] of open) {
    const f = given === null ? kind.remove : kind.insert
    if (answer !== undefined) events.push({ process, type: 'ok', f, value: answer })
  }
  if (wrong) exchange(events, kind.remove, concurrency)
  return History.from(events)
}

/** Two removals one after the other give each other's elements, both of which had gone in before. */
const exchange = (events: EventInput[], remove: string, concurrency: number): void => {
  const wentIn = new Map<unknown, number>()
  let one = -1
  events.forEach(({ type, f, value }, at) => {
    if (type !== 'ok' || value === null || at > events.length * 0.75) return
    if (f !== remove) wentIn.set(value, at)
    else if (at > events.length / 2 && one < 0) one = at
  })
  const other = events.findIndex(
    ({ type, f, value }, at) =>
      at > one + 8 * concurrency &&
      type === 'ok' &&
      f === remove &&
      wentIn.get(value)! < one - 8 * concurrency,
  )
  if (one < 0 || other < 0) return
  const { value } = events[one]!
  events[one] = { ...events[one]!, value: events[other]!.value }
  events[other] = { ...events[other]!, value }
}

/** Elements are added, asked for, and removed, each once. */
const members = ({ operations, concurrency, wrong }: Shape): History => {
  const random = generator()
  const events: EventInput[] = []
  const open = new Map<number, { readonly f: string; readonly value: number }>()
  const there = new Set<number>()
  let added = 0
  let honest = !wrong
  for (let completed = 0; completed < operations; ) {
    const process = random(concurrency)
    const call = open.get(process)
    if (call === undefined) {
      const f = ['add', 'contains', 'contains', 'remove'][random(4)]!
      const value = f === 'add' ? added++ : added - random(200)
      if (f === 'remove' && !there.delete(value)) continue
      const next = { f, value }
      events.push({ process, type: 'invoke', ...next })
      open.set(process, next)
      continue
    }
    if (call.f === 'add') there.add(call.value)
    const lies =
      !honest && completed > operations / 2 && call.f === 'contains' && call.value < added - 100
    honest ||= lies
    const answer = call.f === 'contains' ? there.has(call.value) !== lies : null
    events.push({ process, type: 'ok', f: call.f, value: answer })
    open.delete(process)
    completed++
  }
  return History.from(events)
}

const clock = <T>(work: () => T): { readonly result: T; readonly ms: number } => {
  const start = performance.now()
  const result = work()
  return { result, ms: performance.now() - start }
}

const fast = (history: History, model: Model, all: readonly Part<unknown>[]): string => {
  for (const part of all) {
    const settled = settle(history, part, model, unlimited)
    if ('prove' in settled) return `violation (${settled.prove().ops.length})`
    if (settled.left.length > 0) return 'undecided'
  }
  return 'valid'
}

const general = (model: Model, all: readonly Part<unknown>[]): boolean => {
  const start = performance.now()
  return all.every((part) => {
    const search = searchOf(problem(part, model))
    while (
      search.configurations < patience.configurations &&
      performance.now() - start < patience.ms
    ) {
      if (search.run(4096) !== 'undecided') return true
    }
    return false
  })
}

const measure = (model: Model, history: History, shape: Shape): (string | number)[] => {
  const read = clock(() => parts(history, model))
  const decisions = Array.from({ length: rounds }, () =>
    clock(() => fast(history, model, read.result)),
  )
  const ms = median(decisions.map((decision) => decision.ms))
  const small = shape.operations <= 10_000
  const search = small ? clock(() => general(model, read.result)) : undefined
  const least = search?.result === false ? '> ' : ''
  return [
    model.name,
    shape.operations,
    shape.concurrency,
    decisions[0]!.result,
    read.ms,
    ms,
    (ms * 1e6) / shape.operations,
    search === undefined ? '' : `${least}${search.ms.toFixed(0)}`,
    search === undefined ? '' : `${least}${(search.ms / ms).toFixed(0)}×`,
  ]
}

const main = (): void => {
  const rows: (string | number)[][] = []
  for (let operations = 10_000; operations <= most; operations *= 10)
    for (const concurrency of [5, 50])
      for (const wrong of [false, true]) {
        const shape = { operations, concurrency, wrong }
        for (const kind of kinds) rows.push(measure(kind.model, ordered(kind, shape), shape))
        rows.push(measure(set, members(shape), shape))
      }
  const headings = ['object', 'operations', 'c', 'result', 'read ms', 'decide ms', 'ns/op']
  console.log(table([...headings, 'search ms', 'ratio'], rows))
}

main()
