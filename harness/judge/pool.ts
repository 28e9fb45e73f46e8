/**
 * Judges many inputs on a few worker threads, each one input after another, within a budget of time and
 * memory for each input. A worker that exceeded it, or that a bug ended, is replaced by a fresh one.
 */
import { Worker } from 'node:worker_threads'
import type { VerdictRecord } from '../../results/run.ts'
import { messageOf, UsageError } from '../errors.ts'
import type { JudgeInput } from './input.ts'
import { unjudged } from './record.ts'
import type { JudgeAnswer, JudgeJob } from './worker.ts'

export interface Budget {
  readonly budgetMs: number
  readonly memoryBytes: number
}

/** A verdict and, where it was wanted and could be made, its report for the console. */
export interface Judged {
  readonly verdict: VerdictRecord
  readonly report?: string
}

/** How far beyond its budget a checker may run before it is ended from outside. */
const GRACE = 1.1

/** Reading a history and reporting are not part of the budget of checkers, but have a bound as well; ms. */
const AROUND_MS = 60_000

export class JudgePool {
  private readonly seats: readonly Seat[]
  private readonly free: Seat[]
  private readonly waiting: ((seat: Seat) => void)[] = []

  /** @param seats how many inputs are judged at a time */
  constructor(
    private readonly budget: Budget,
    private readonly wanted: JudgeJob['wanted'],
    seats: number,
  ) {
    this.seats = Array.from({ length: seats }, () => new Seat())
    this.free = [...this.seats]
  }

  /**
   * The verdict on an input, when its turn has come; never throws for what the input holds.
   * @throws UsageError for options that nothing could be judged by; an Error on a bug in a checker
   */
  async judge(input: JudgeInput): Promise<Judged> {
    const seat = this.free.pop() ?? (await new Promise<Seat>((take) => this.waiting.push(take)))
    try {
      return await seat.judge({ input, ...this.budget, wanted: this.wanted })
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.free.push(seat)
      else next(seat)
    }
  }

  /** Ends the workers; verdicts that are not there yet never come. */
  close(): void {
    for (const seat of this.seats) seat.end()
  }
}

/** A place for one worker at a time. */
class Seat {
  private worker: Worker | undefined

  async judge(job: JudgeJob): Promise<Judged> {
    this.worker ??= new Worker(new URL('./worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(job.memoryBytes / 2 ** 20) },
    })
    const { path } = job.input
    const { verdict, last } = await this.ask(this.worker, job)
    switch (last.kind) {
      case 'bug':
        throw new Error(`${path}: ${last.message}\n${last.stack}`)
      case 'usage':
        throw new UsageError(last.message)
      case 'malformed':
        return { verdict: unjudged(path, 'malformed', last.message) }
      case 'exhausted':
        return { verdict: verdict ?? unjudged(path, 'unknown', last.reason) }
      case 'judged':
        return { verdict: last.verdict }
      case 'report':
        return { verdict: verdict!, report: last.text }
    }
  }

  end(): void {
    void this.worker?.terminate()
    this.worker = undefined
  }

  /** The last answer to a job, and the verdict that came before it. */
  private ask(worker: Worker, job: JudgeJob): Promise<Conversation> {
    const { budgetMs, memoryBytes, wanted } = job
    return new Promise((resolve) => {
      let verdict: VerdictRecord | undefined
      let timer: NodeJS.Timeout
      // The worker keeps the process alive as long as there is something to wait for.
      const allow = (ms: number): void => {
        clearTimeout(timer)
        timer = setTimeout(expire, ms).unref()
      }
      const expire = (): void => {
        this.end()
        finish({ kind: 'exhausted', reason: `out of time: the budget is ${budgetMs / 1000} s` })
      }
      const finish = (last: Conversation['last']): void => {
        clearTimeout(timer)
        worker.off('message', hear).off('error', fail)
        resolve({ verdict, last })
      }
      const hear = (answer: JudgeAnswer): void => {
        if (answer.kind === 'loaded') allow(budgetMs * GRACE)
        else if (answer.kind === 'judged' && wanted === 'report') {
          verdict = answer.verdict
          allow(AROUND_MS)
        } else finish(answer)
      }
      const fail = (error: NodeJS.ErrnoException): void => {
        this.worker = undefined
        finish(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? {
                kind: 'exhausted',
                reason: `out of memory: the limit is ${memoryBytes / 2 ** 20} MiB`,
              }
            : { kind: 'bug', message: messageOf(error), stack: error.stack ?? '' },
        )
      }
      allow(AROUND_MS)
      worker.on('message', hear).on('error', fail)
      worker.postMessage(job)
    })
  }
}

interface Conversation {
  readonly verdict: VerdictRecord | undefined
  readonly last:
    | Exclude<JudgeAnswer, { readonly kind: 'loaded' }>
    | { readonly kind: 'exhausted'; readonly reason: string }
}
