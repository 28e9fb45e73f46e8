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
import { type Due, Queue } from './queue.ts'

/** What is going to happen. */
export interface Step extends Due {
  readonly callback: () => void
  /** Whether promises may wait for it. */
  readonly stirs: boolean
}

export class Scheduler implements Clock {
  private time = 0
  private orders = 0
  private readonly queue = new Queue<Step>()
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
    const step = this.push(this.time + Math.max(0, Math.ceil(ns)), callback, true)
    return () => this.cancel(step)
  }

  soon(callback: () => void): void {
    this.after(0, callback)
  }

  /** For nodes: at a time in ns, not before now. */
  at(ns: number, callback: () => void): Step {
    return this.push(Math.max(this.time, Math.ceil(ns)), callback, false)
  }

  /** Lets a step never happen; too late for one that has. */
  cancel(step: Step): void {
    this.queue.remove(step)
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
      const next = this.queue.pop()
      if (next === undefined) throw new Error('everything waits, and nothing is going to happen')
      if (next.at > patience)
        throw new Error(`the work still waits after ${this.patienceNs / 1e9} simulated seconds`)
      this.time = next.at
      this.steps++
      if (next.stirs) this.stirred = true
      next.callback()
    }
  }

  private push(at: number, callback: () => void, stirs: boolean): Step {
    const step = { at, order: this.orders++, place: -1, callback, stirs }
    this.queue.push(step)
    return step
  }
}

/** Lets all promises that are settled lead where they lead: a tick comes when none is left to run. */
const turn = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve))

/** After so many steps the real world is let in: signals, timers, other threads' messages. */
const BREATH_STEPS = 4096

const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
