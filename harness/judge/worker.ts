/**
 * Judges one input after another on a thread of its own, given only their paths: so a check has a bound
 * on memory, can be ended from outside, and `schism check` runs the same code as `schism test`. Where a
 * report is wanted it is made here as well, from the history that is already in memory.
 */
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Checker, Limits, Verdict } from '../../checkers/checker.ts'
import type { History } from '../../checkers/history.ts'
import { FormatError } from '../../results/formats/format.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { StoreError } from '../../results/store.ts'
import { messageOf, UsageError } from '../errors.ts'
import { caveat } from './caveat.ts'
import { explained } from './explanation.ts'
import { noteOn } from './guess.ts'
import { type Post, withHelpers } from './helpers.ts'
import { historyOf, type JudgeInput, problemsOf } from './input.ts'
import { type Budget, limitsOf } from './limits.ts'
import { notesOnLogs } from './node-logs.ts'
import { recordOf, withProblems } from './record.ts'
import { checkersFor, modelFor, OptionError, withModel } from './select.ts'

/** What the worker is asked. */
export interface JudgeJob extends Budget {
  readonly input: JudgeInput
  /** The shared count of threads that may help with it. */
  readonly spare: Int32Array
  /** Whether only the verdict is wanted, or also its report, which for a run is kept in its folder. */
  readonly wanted: 'verdict' | 'report'
}

/**
 * What it answers: that it is loaded, then one of the others; a verdict is followed by what explains it,
 * and where its report is wanted, by the report.
 */
export type JudgeAnswer =
  /** The history is read: from now on the budget counts. */
  | { readonly kind: 'loaded' }
  /** In between: that a helper is wanted for each port, and later that none is any more. */
  | { readonly kind: 'hire'; readonly post: Post; readonly ports: readonly MessagePort[] }
  | { readonly kind: 'dismiss' }
  | { readonly kind: 'judged'; readonly verdict: VerdictRecord }
  /** The same verdict with what explains it; without it the verdict stands as well. */
  | { readonly kind: 'explained'; readonly verdict: VerdictRecord }
  | { readonly kind: 'report'; readonly text: string }
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'usage'; readonly message: string }
  | { readonly kind: 'bug'; readonly message: string; readonly stack: string }

const port = parentPort!
const answer = (message: JudgeAnswer, transfer: readonly MessagePort[] = []): void =>
  port.postMessage(message, transfer)

const judge = async (job: JudgeJob): Promise<void> => {
  const { history, notes: readNotes } = await historyOf(job.input)
  const input = await withModel(job.input, history)
  const checkers = await checkersFor(input)
  answer({ kind: 'loaded' })
  const limits = limitsOf(job)
  const notes = [...readNotes, ...guessed(job.input, input), ...(await notesOnLogs(input, limits))]
  const verdicts = Object.entries(checkers).map(
    ([name, check]) =>
      [name, checkWithHelp({ ...job, input }, name, check, history, limits)] as const,
  )
  const record = recordOf(job.input.path, Object.fromEntries(verdicts), notes)
  const plain = withProblems(record, await problemsOf(input))
  const doubt = await caveat(job.input, history, plain, limits)
  const told = doubt === undefined ? plain : { ...plain, notes: [...notes, doubt] }
  const verdict =
    job.input.show === undefined ? told : await withWitness(job.input, history, told, limits)
  answer({ kind: 'judged', verdict })
  const whole = await withExplanation(job, verdict, checkers, history)
  answer({ kind: 'explained', verdict: whole })
  if (job.wanted === 'report') answer({ kind: 'report', text: await tell(job, whole, history) })
}

/** What was taken for granted about an input. */
const guessed = ({ by: asked }: JudgeInput, { by }: JudgeInput): readonly string[] =>
  by?.model === undefined || by.model === asked?.model ? [] : [noteOn(by.model)]

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

/** Explanations are for the pages of runs, and may take this long; ms. */
const EXPLANATION_MS = 10_000

const withExplanation = async (
  { input, ...budget }: JudgeJob,
  verdict: VerdictRecord,
  checkers: Readonly<Record<string, Checker>>,
  history: History,
): Promise<VerdictRecord> => {
  if (input.by !== undefined || verdict.valid !== false) return verdict
  const budgetMs = Math.min(EXPLANATION_MS, budget.budgetMs)
  try {
    return await explained(verdict, checkers, history, limitsOf({ ...budget, budgetMs }))
  } catch (error) {
    // The verdict is there: a bug beside it must not cost it.
    const note = `the violation could not be explained further: ${messageOf(error)}`
    return { ...verdict, notes: [...verdict.notes, note] }
  }
}

/** The verdict of one checker, on several threads where it can share its work and some are free. */
const checkWithHelp = (
  job: JudgeJob,
  checker: string,
  check: Checker,
  history: History,
  limits: Limits,
): Verdict => {
  if (check.help === undefined) return check(history, limits)
  const { input, memoryBytes, spare } = job
  const helped = withHelpers(
    limits,
    job,
    spare,
    (ports, board) =>
      answer({ kind: 'hire', post: { input, checker, memoryBytes, board }, ports }, ports),
    () => answer({ kind: 'dismiss' }),
  )
  return check(history, helped)
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
