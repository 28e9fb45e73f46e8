/**
 * What a report tells beside a violation of linearizability: how far an order of the operations comes, and where
 * a history of registers stands among the weaker levels. The verdict stands before this is asked, and does
 * not change by it: what cannot be had within the limits is left out.
 */
import type { Checker, Limits } from '../../checkers/checker.ts'
import type { History } from '../../checkers/history.ts'
import type { Partial } from '../../checkers/linearizable/partial.ts'
import type { Model } from '../../checkers/model.ts'
import type { Placement, VerdictRecord } from '../../results/run.ts'

/** How many operations of a partial order are kept: those nearest to what cannot follow. */
const ORDERED_MAX = 10_000

/** The verdict with what explains it, where a checker with a model found a violation. */
export const explained = async (
  verdict: VerdictRecord,
  checkers: Readonly<Record<string, Checker>>,
  history: History,
  limits: Limits,
): Promise<VerdictRecord> => {
  const [found] = Object.entries(checkers).flatMap(([name, { model }]) =>
    verdict.checkers[name]?.valid === false && model !== undefined ? [{ name, model }] : [],
  )
  if (found === undefined) return verdict
  const partial = verdict.witness === undefined ? await partialOf(found.model, history, limits) : {}
  return { ...verdict, ...partial, ...(await placementOf(found.model, history, limits)) }
}

const partialOf = async (
  model: Model,
  history: History,
  limits: Limits,
): Promise<Pick<VerdictRecord, 'witness'>> => {
  const { witness } = await import('../../checkers/linearizable/witness.ts')
  const found = witness(history, model, limits)
  return found.valid === false ? { witness: { ...found, partial: bounded(found.partial) } } : {}
}

const bounded = (partial: Partial): Partial => {
  const before = partial.ops.length - ORDERED_MAX
  return before <= 0 ? partial : { ...partial, ops: partial.ops.slice(before), before }
}

const placementOf = async (
  model: Model,
  history: History,
  limits: Limits,
): Promise<{ readonly placement?: Placement }> => {
  const { default: spectrum } = await import('../../checkers/spectrum.ts')
  const place = spectrum.against(model)
  if (typeof place === 'string') return {}
  const { valid, stats, ...rest } = place(history, limits)
  if (valid !== false) return {}
  const text = (name: string): string => String(stats?.[name] ?? '')
  return {
    placement: {
      strongest: text('strongest'),
      weakestBroken: text('weakestBroken'),
      ...(stats?.undecided === undefined ? {} : { undecided: text('undecided') }),
      anomalies: 'anomalies' in rest ? rest.anomalies : [],
    },
  }
}
