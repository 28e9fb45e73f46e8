/** What is kept of a trial: small enough to be passed between threads, thousands of times. */
import { episodes, observations } from '../../checkers/ledger.ts'
import type { Trial } from './trial.ts'

export interface Summary {
  readonly seed: number
  readonly outcome: Trial['outcome']
  readonly simulatedS: number
  readonly operations: number
  readonly workload: string
  readonly nodes: number
  /** Fault → how many of its episodes took hold. */
  readonly faults: Readonly<Record<string, number>>
  readonly leaderChanges: number
  /** Why it is a violation, or what failed. */
  readonly says?: string
}

export const summaryOf = ({ run, simulated, verdicts, outcome, proof }: Trial): Summary => {
  const { history, simulatedS, problems } = simulated
  const faults: Record<string, number> = {}
  for (const { fault, installedAt } of episodes(history))
    if (installedAt !== undefined) faults[fault] = (faults[fault] ?? 0) + 1
  const reasons = Object.values(verdicts).flatMap((verdict) =>
    verdict.valid === 'unknown' ? [verdict.reason] : [],
  )
  const says = proof?.anomaly.summary ?? problems[0] ?? reasons[0]
  return {
    seed: run.seed,
    outcome,
    simulatedS,
    operations: [...history.operations()].length,
    workload: run.workload,
    nodes: run.nodes,
    faults,
    leaderChanges: observations(history).filter(({ kind }) => kind === 'primaries').length,
    ...(says === undefined ? {} : { says }),
  }
}
