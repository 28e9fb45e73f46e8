/** A clock whose time stands still until everything that is ready has run: for tests without waiting. */
import type { Clock } from '../clock.ts'

export class VirtualClock implements Clock {
  private time = 0
  private order = 0
  private timers: { at: number; order: number; callback: () => void }[] = []

  now(): number {
    return this.time
  }

  after(ns: number, callback: () => void): () => void {
    const timer = { at: this.time + Math.max(0, Math.ceil(ns)), order: this.order++, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((other) => other !== timer)
    }
  }

  soon(callback: () => void): void {
    this.after(0, callback)
  }

  /** Runs until the work is settled, jumping to the next timer whenever nothing is ready. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const finish = (): void => {
      settled = true
    }
    work.then(finish, finish)
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      if (settled) return work
      this.timers.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.timers.shift()
      if (next === undefined) throw new Error('everything waits, and no timer is set')
      this.time = Math.max(this.time, next.at)
      next.callback()
    }
  }
}
