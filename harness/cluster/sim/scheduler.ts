/**
 * Virtual time: a queue of what is to happen and when. Time stands still while something happens and jumps
 * to the next thing when everything that was ready has run, so ten simulated seconds take as long as the
 * work in them. What is due at the same moment happens in the order in which it was asked for, which makes
 * a run a function of its seed.
 *
 * Nodes are driven by plain callbacks (`at`); the harness, which uses promises, by `after`, after which
 * everything that the promises lead to is run before time goes on.
 */
import type { Clock } from '../../clock.ts'

/** What is going to happen, unless its callback is taken away. */
export interface Cancellable {
  callback: (() => void) | undefined
}

interface Entry extends Cancellable {
  readonly at: number
  readonly order: number
  readonly stirs: boolean
}

export class Scheduler implements Clock {
  private time = 0
  private orders = 0
  private heap: Entry[] = []
  /** Whether promises may be waiting to run. */
  private stirred = true
  /** How many things have happened. */
  steps = 0

  /** @param patienceNs how long one piece of work may take in the simulation; for ever unless given */
  constructor(private readonly patienceNs = Number.POSITIVE_INFINITY) {}

  now(): number {
    return this.time
  }

  /** For the harness: as `Clock.after`. */
  after(ns: number, callback: () => void): () => void {
    const entry = this.push(this.time + Math.max(0, Math.ceil(ns)), callback, true)
    return () => {
      entry.callback = undefined
    }
  }

  soon(callback: () => void): void {
    this.after(0, callback)
  }

  /** For nodes: at a time in ns, not before now. */
  at(ns: number, callback: () => void): Cancellable {
    return this.push(Math.max(this.time, Math.ceil(ns)), callback, false)
  }

  /** Says that a promise was settled: what waits for it runs before time goes on. */
  stir(): void {
    this.stirred = true
  }

  /**
   * Runs until the work is settled. @throws Error when the work waits for something and nothing is going to
   * happen any more, or only what nobody waits for: heartbeats go on for ever
   */
  async run<T>(work: Promise<T>): Promise<T> {
    const patience = this.time + this.patienceNs
    let settled = false
    const finish = (): void => {
      settled = true
    }
    work.then(finish, finish)
    this.stirred = true
    for (;;) {
      if (this.stirred) {
        this.stirred = false
        await turn()
        if (settled) return work
      }
      if (this.steps % BREATH_STEPS === 0) await breath()
      const next = this.pop()
      if (next === undefined) throw new Error('everything waits, and nothing is going to happen')
      if (next.at > patience)
        throw new Error(`the work still waits after ${this.patienceNs / 1e9} simulated seconds`)
      this.time = next.at
      this.steps++
      if (next.stirs) this.stirred = true
      next.callback!()
    }
  }

  private push(at: number, callback: () => void, stirs: boolean): Entry {
    const entry: Entry = { at, order: this.orders++, callback, stirs }
    const { heap } = this
    let place = heap.length
    heap.push(entry)
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!before(entry, heap[above]!)) break
      heap[place] = heap[above]!
      place = above
    }
    heap[place] = entry
    return entry
  }

  /** The next entry that was not cancelled. */
  private pop(): Entry | undefined {
    for (;;) {
      const { heap } = this
      const first = heap[0]
      if (first === undefined) return undefined
      const last = heap.pop()!
      if (heap.length > 0) this.sink(last)
      if (first.callback !== undefined) return first
    }
  }

  private sink(entry: Entry): void {
    const { heap } = this
    const { length } = heap
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= length) break
      if (child + 1 < length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, entry)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = entry
  }
}

const before = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** Lets all promises that are settled lead where they lead: a tick comes when none is left to run. */
const turn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

/** After so many steps the real world is let in: signals, timers, other threads' messages. */
const BREATH_STEPS = 4096

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
