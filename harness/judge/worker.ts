/**
 * Judges one input after another on a thread of its own, given only their paths: so a check has a bound
 * on memory, can be ended from outside, and `schism check` runs the same code as `schism test`. Where a
 * report is wanted it is made here as well, from the history that is already in memory.
 */
import { parentPort } from 'node:worker_threads'
import type { Limits } from '../../checkers/checker.ts'
import type { History } from '../../checkers/history.ts'
import { FormatError } from '../../results/formats/format.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { StoreError } from '../../results/store.ts'
import { monotonicMs } from '../clock.ts'
import { messageOf, UsageError } from '../errors.ts'
import { caveat } from './caveat.ts'
import { historyOf, type JudgeInput } from './input.ts'
import { recordOf } from './record.ts'
import { checkersFor, modelFor, OptionError } from './select.ts'

/** What the worker is asked. */
export interface JudgeJob {
  readonly input: JudgeInput
  readonly budgetMs: number
  readonly memoryBytes: number
  /** Whether only the verdict is wanted, or also its report, which for a run is kept in its folder. */
  readonly wanted: 'verdict' | 'report'
}

/** What it answers: that it is loaded, then one of the others, and after a verdict whose report is wanted, the report. */
export type JudgeAnswer =
  /** The history is read: from now on the budget counts. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'judged'; readonly verdict: VerdictRecord }
  | { readonly kind: 'report'; readonly text: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'usage'; readonly message: string }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string }

const port = parentPort!
const answer = (message: JudgeAnswer): void => port.postMessage(message)

const judge = async (job: JudgeJob): Promise<void> => {
  const { history, notes } = await historyOf(job.input)
  const checkers = await checkersFor(job.input, history)
  answer({ kind: 'loaded' })
  const limits = limitsOf(job)
  const verdicts = Object.entries(checkers).map(
    ([name, check]) => [name, check(history, limits)] as const,
  )
  const plain = recordOf(job.input.path, Object.fromEntries(verdicts), notes)
  const doubt = await caveat(job.input, history, plain, limits)
  const told = doubt === undefined ? plain : { ...plain, notes: [...notes, doubt] }
  const verdict =
    job.input.show === undefined ? told : await withWitness(job.input, history, told, limits)
  answer({ kind: 'judged', verdict })
  if (job.wanted === 'report') answer({ kind: 'report', text: await tell(job, verdict, history) })
}

const withWitness = async (
  input: JudgeInput,
  history: History,
  verdict: VerdictRecord,
  limits: Limits,
): Promise<VerdictRecord> => {
  const { witness } = await import('../../checkers/linearizable/witness.ts')
  const model = await modelFor(input, history)
  return { ...verdict, witness: witness(history, model, limits) }
}

const limitsOf = ({ budgetMs, memoryBytes }: JudgeJob): Limits => {
  const deadline = monotonicMs() + budgetMs
  return {
    exceeded: (bytes) => {
      if (monotonicMs() > deadline) return `out of time: the budget is ${budgetMs / 1000} s`
      if (bytes > memoryBytes) return `out of memory: the limit is ${memoryBytes / 2 ** 20} MiB`
      return undefined
    },
  }
}

const tell = async (
  { input }: JudgeJob,
  verdict: VerdictRecord,
  history: History,
): Promise<string> => {
  const { renewed } = await import('../report.ts')
  return renewed(input, verdict, history)
}

port.on('message', async (job: JudgeJob) => {
  try {
    await judge(job)
  } catch (error) {
    answer(failed(error))
  }
})

const failed = (error: unknown): JudgeAnswer => {
  if (error instanceof OptionError) return { kind: 'usage', message: error.message }
  if (
    error instanceof UsageError ||
    error instanceof FormatError ||
    error instanceof StoreError ||
    isSystemError(error)
  )
    return { kind: 'malformed', message: messageOf(error) }
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return { kind: 'bug', message: messageOf(error), stack }
}

/** What the file system says about a file: there is none, it may not be read. */
const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'code' in error
