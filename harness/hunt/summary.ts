/** What is kept of a trial: small enough to be passed between threads, thousands of times. */
import { type Episode, episodes, observations } from '../../checkers/ledger.ts'
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
  /** Two faults, as `kill+slow` → how often one took hold while the other was in force. */
  readonly together: Readonly<Record<string, number>>
  /** Why it is a violation, or what failed. */
  readonly says?: string
}

export const summaryOf = ({ run, simulated, verdicts, outcome, proof }: Trial): Summary => {
  const { history, simulatedS, problems } = simulated
  const installed = episodes(history).filter(({ installedAt }) => installedAt !== undefined)
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
    faults: countsOf(installed.map(({ fault }) => fault)),
    together: countsOf(pairsOf(installed)),
    leaderChanges: observations(history).filter(({ kind }) => kind === 'primaries').length,
    ...(says === undefined ? {} : { says }),
  }
}

const countsOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** The pairs of faults of which one took hold while the other was in force. */
const pairsOf = (installed: readonly Episode[]): readonly string[] =>
  installed.flatMap((one, place) =>
    installed
      .slice(place + 1)
      .filter((other) => areTogether(one, other))
      .map((other) => [one.fault, other.fault].toSorted().join('+')),
  )

const areTogether = (one: Episode, other: Episode): boolean =>
  isDuring(one.installedAt!, other) || isDuring(other.installedAt!, one)

const isDuring = (time: number, { installedAt, healedAt }: Episode): boolean =>
  time >= installedAt! && time < (healedAt ?? Number.POSITIVE_INFINITY)
