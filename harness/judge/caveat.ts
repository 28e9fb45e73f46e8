/**
 * A failed compare-and-set shows that the register held another value, unless its client fails for other
 * reasons too and does not say so, as Jepsen's clients may. A violation that rests on such failures alone
 * is told with this doubt.
 */
import type { Limits } from '../../checkers/checker.ts'
import { FAIL, type History } from '../../checkers/history.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { type JudgeInput, runOf } from './input.ts'
import { checkersFor } from './select.ts'

/** What to know about the verdict on a history from elsewhere, if anything. */
export const caveat = async (
  input: JudgeInput,
  history: History,
  verdict: VerdictRecord,
  limits: Limits,
): Promise<string | undefined> => {
  const { model, failedCas } = input.by ?? {}
  if (verdict.valid !== false || failedCas !== undefined) return undefined
  if ((model ?? CAS_REGISTER) !== CAS_REGISTER || !hasSilentFailures(history)) return undefined
  if (input.by === undefined && (await runOf(input.path)) !== undefined) return undefined
  const by = { ...input.by, model: CAS_REGISTER, failedCas: 'drop' } as const
  const checkers = Object.values(await checkersFor({ ...input, by }))
  if (checkers.some((check) => check(history, limits).valid === false)) return undefined
  return (
    'the violation rests on compare-and-sets that failed without an error, taken as observations; ' +
    'if they may have failed for another reason, judge with --failed-cas drop'
  )
}

const CAS_REGISTER = 'cas-register'

/** Whether some compare-and-set failed without an error and without telling what it saw. */
const hasSilentFailures = (history: History): boolean => {
  const { f, type, value } = history.columns
  const cas = history.fs.indexOf('cas')
  for (let position = 0; position < history.length; position++)
    if (f[position] === cas && type[position] === FAIL && history.error(position) === undefined) {
      const saw: unknown = value.at(position)
      if (!Array.isArray(saw) || saw.length < 3) return true
    }
  return false
}
