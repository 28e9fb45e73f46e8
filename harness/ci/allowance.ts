/**
 * What is left of the time for everything: a case begins only when it will probably end in time, so that reports are
 * written before whoever runs this loses patience. How long cases take is learned from those that have ended.
 */
import { monotonicMs } from '../clock.ts'
import type { Case } from './case.ts'
import { costOf } from './shard.ts'

export class Allowance {
  private readonly begun = monotonicMs()
  /** By kind of cluster: how long cases took, and how long they were thought to take. */
  private readonly seen = { docker: { took: 0, thought: 0 }, sim: { took: 0, thought: 0 } }
  private readonly over = new AbortController()
  private readonly timer: NodeJS.Timeout | undefined

  /** @param budgetMs absent: there is no end */
  constructor(readonly budgetMs?: number) {
    if (budgetMs === undefined) return
    this.timer = setTimeout(() => this.over.abort(new Error('out of time')), budgetMs)
    this.timer.unref()
  }

  /** Aborts when nothing is left: what still runs is stopped and judged as far as it came. */
  get end(): AbortSignal {
    return this.over.signal
  }

  tookMs(): number {
    return monotonicMs() - this.begun
  }

  /** Whether a case will probably end in time. */
  fits(one: Case): boolean {
    if (this.budgetMs === undefined) return true
    const { took, thought } = this.seen[one.cluster]
    const rate = thought === 0 ? 1 : took / thought
    return this.tookMs() + rate * costOf(one) <= this.budgetMs
  }

  /** Hears how long a case took, ms. */
  learn(one: Case, tookMs: number): void {
    this.seen[one.cluster].took += tookMs
    this.seen[one.cluster].thought += costOf(one)
  }

  close(): void {
    clearTimeout(this.timer)
  }
}
