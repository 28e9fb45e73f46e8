/**
 * Judges many inputs on a few worker threads, each one input after another, within a budget of time and
 * memory for each input. A worker that exceeded it, or that a bug ended, is replaced by a fresh one. Where
 * there are more processors than inputs left, other threads help with the keys of an input (helpers.ts).
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { VerdictRecord } from '../../results/run.ts'
import { messageOf, UsageError } from '../errors.ts'
import { Crew } from './crew.ts'
import type { JudgeInput } from './input.ts'
import { type Budget, outOfMemory, outOfTime } from './limits.ts'
import { unjudged } from './record.ts'
import type { JudgeAnswer, JudgeJob } from './worker.ts'

export type { Budget } from './limits.ts'

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
  /** How many threads more there may be, shared with all of them. */
  private readonly spare = new Int32Array(new SharedArrayBuffer(4))

  /**
   * @param seats how many inputs are judged at a time
   * @param threads how many threads judge at a time, with those that help
   */
  constructor(
    private readonly budget: Budget,
    private readonly wanted: JudgeJob['wanted'],
    seats: number,
    threads = availableParallelism(),
  ) {
    this.seats = Array.from({ length: seats }, () => new Seat(this.spare))
    this.free = [...this.seats]
    this.spare[0] = threads
  }

  /**
   * The verdict on an input, when its turn has come; never throws for what the input holds.
   * @throws UsageError for options that nothing could be judged by; an Error on a bug in a checker
   */
  async judge(input: JudgeInput): Promise<Judged> {
    const seat = this.free.pop() ?? (await new Promise<Seat>((take) => this.waiting.push(take)))
    const { budget, wanted, spare } = this
    Atomics.sub(spare, 0, 1)
    try {
      return await seat.judge({ input, ...budget, wanted, spare })
    } finally {
      Atomics.add(spare, 0, 1)
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
  private readonly crew: Crew

  constructor(spare: Int32Array) {
    this.crew = new Crew(spare)
  }

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
      case 'explained':
        return { verdict: last.verdict }
      case 'report':
        return { verdict: verdict!, report: last.text }
    }
  }

  end(): void {
    this.crew.dismiss()
    void this.worker?.terminate()
    this.worker = undefined
  }

  /** The last answer to a job, and the verdict that came before it. */
  private ask(worker: Worker, job: JudgeJob): Promise<Conversation> {
    const { budgetMs, wanted } = job
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
        finish({ kind: 'exhausted', reason: outOfTime(job) })
      }
      const finish = (last: Conversation['last']): void => {
        clearTimeout(timer)
        this.crew.dismiss()
        worker.off('message', hear).off('error', fail)
        resolve({ verdict, last })
      }
      const hear = (answer: JudgeAnswer): void => {
        if (answer.kind === 'loaded') allow(budgetMs * GRACE)
        else if (answer.kind === 'hire') this.crew.hire(answer.post, answer.ports, failHelping)
        else if (answer.kind === 'dismiss') this.crew.dismiss()
        else if (answer.kind === 'judged' || (answer.kind === 'explained' && wanted === 'report')) {
          verdict = answer.verdict
          allow(AROUND_MS)
        } else finish(answer)
      }
      const failHelping = (error: Error): void => {
        this.end()
        finish({ kind: 'bug', message: messageOf(error), stack: error.stack ?? '' })
      }
      const fail = (error: NodeJS.ErrnoException): void => {
        this.worker = undefined
        finish(
          error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? { kind: 'exhausted', reason: outOfMemory(job) }
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
    | Exclude<JudgeAnswer, { readonly kind: 'loaded' | 'hire' | 'dismiss' | 'judged' }>
    | { readonly kind: 'exhausted'; readonly reason: string }
}
