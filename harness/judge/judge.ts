/** Judges an input within a budget of time and memory, on a worker thread. */
import { Worker } from 'node:worker_threads'
import { worst } from '../../checkers/checker.ts'
import type { FoundAnomaly, VerdictRecord } from '../../results/run.ts'
import { messageOf } from '../errors.ts'
import type { JudgeInput } from './input.ts'
import type { JudgeAnswer, JudgeJob } from './worker.ts'

export interface Budget {
  readonly budgetMs: number
  readonly memoryBytes: number
}

export const defaultBudget: Budget = { budgetMs: 60_000, memoryBytes: 2 * 2 ** 30 }

/** How far beyond its budget a checker may run before it is ended from outside. */
const GRACE = 1.1

/** The verdict on an input; never throws for what the input holds. @throws on a bug in a checker */
export const judge = async (input: JudgeInput, budget: Budget): Promise<VerdictRecord> => {
  const answer = await ask({ input, ...budget })
  if (answer.kind === 'bug') throw new Error(`${input.path}: ${answer.message}\n${answer.stack}`)
  if (answer.kind === 'malformed')
    return {
      ...blank(input.path),
      reason: answer.message,
      outcome: 'malformed',
      problems: [answer.message],
    }
  if (answer.kind === 'exhausted')
    return { ...blank(input.path), reason: answer.reason, outcome: 'unknown' }
  return recordOf(input.path, answer)
}

const blank = (input: string): Omit<VerdictRecord, 'outcome'> => ({
  version: 1,
  input,
  valid: 'unknown',
  anomalies: [],
  checkers: {},
  problems: [],
  notes: [],
})

const recordOf = (
  input: string,
  { checkers, notes }: Extract<JudgeAnswer, { kind: 'judged' }>,
): VerdictRecord => {
  const entries = Object.entries(checkers)
  const valid = worst(entries.map(([, verdict]) => verdict.valid))
  const anomalies = entries.flatMap(([checker, verdict]): FoundAnomaly[] =>
    verdict.valid === false ? verdict.anomalies.map((anomaly) => ({ ...anomaly, checker })) : [],
  )
  const reasons = entries.flatMap(([, verdict]) =>
    verdict.valid === 'unknown' ? [verdict.reason] : [],
  )
  return {
    ...blank(input),
    valid,
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    anomalies,
    checkers: Object.fromEntries(
      entries.map(([name, verdict]) => [
        name,
        {
          valid: verdict.valid,
          ...(verdict.valid === 'unknown' ? { reason: verdict.reason } : {}),
          ...(verdict.stats === undefined ? {} : { stats: verdict.stats }),
        },
      ]),
    ),
    outcome: valid === true ? 'valid' : valid === false ? 'violation' : 'unknown',
    notes,
  }
}

type Ended = JudgeAnswer | { readonly kind: 'exhausted'; readonly reason: string }

const ask = (job: JudgeJob): Promise<Ended> => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(job.memoryBytes / 2 ** 20) },
  })
  return new Promise((resolve) => {
    const timer = setTimeout(
      () =>
        end({ kind: 'exhausted', reason: `out of time: the budget is ${job.budgetMs / 1000} s` }),
      job.budgetMs * GRACE + LOADING_MS,
    )
    const end = (ended: Ended): void => {
      clearTimeout(timer)
      void worker.terminate()
      resolve(ended)
    }
    worker.once('message', (answer: JudgeAnswer) => end(answer))
    worker.once('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? {
              kind: 'exhausted',
              reason: `out of memory: the limit is ${job.memoryBytes / 2 ** 20} MiB`,
            }
          : { kind: 'bug', message: messageOf(error), stack: error.stack ?? '' },
      ),
    )
  })
}

/** Reading the history is not part of the budget of the checkers, but it has a bound as well; ms. */
const LOADING_MS = 60_000
