/**
 * Judges one input on a thread of its own, given only its path: so a check has a bound on memory, can be
 * ended from outside, and `schism check` runs the same code as `schism test`.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Limits, Verdict } from '../../checkers/checker.ts'
import { FormatError } from '../../results/formats/read.ts'
import { StoreError } from '../../results/store.ts'
import { loadCatalog } from '../catalog.ts'
import { monotonicMs } from '../clock.ts'
import { messageOf, UsageError } from '../errors.ts'
import { checkersFor, historyOf, type JudgeInput } from './input.ts'

/** What the worker is started with. */
export interface JudgeJob {
  readonly input: JudgeInput
  readonly budgetMs: number
  readonly memoryBytes: number
}

/** What it answers. */
export type JudgeAnswer =
  | {
      readonly kind: 'judged'
      readonly checkers: Readonly<Record<string, Verdict>>
      readonly notes: readonly string[]
    }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string }

const judge = async ({ input, budgetMs, memoryBytes }: JudgeJob): Promise<JudgeAnswer> => {
  const catalog = await loadCatalog()
  const { history, notes } = historyOf(input)
  const checkers = checkersFor(input, history, catalog)
  const deadline = monotonicMs() + budgetMs
  const limits: Limits = {
    exceeded: (bytes) => {
      if (monotonicMs() > deadline) return `out of time: the budget is ${budgetMs / 1000} s`
      if (bytes > memoryBytes) return `out of memory: the limit is ${memoryBytes / 2 ** 20} MiB`
      return undefined
    },
  }
  const verdicts = Object.entries(checkers).map(
    ([name, check]) => [name, check(history, limits)] as const,
  )
  return { kind: 'judged', checkers: Object.fromEntries(verdicts), notes }
}

const job = workerData as JudgeJob
try {
  parentPort?.postMessage(await judge(job))
} catch (error) {
  const known =
    error instanceof UsageError || error instanceof FormatError || error instanceof StoreError
  const answer: JudgeAnswer = known
    ? { kind: 'malformed', message: error.message }
    : {
        kind: 'bug',
        message: messageOf(error),
        stack: error instanceof Error ? (error.stack ?? '') : '',
      }
  parentPort?.postMessage(answer)
}
