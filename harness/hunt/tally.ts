/** What a hunt adds up to: how much was tried, how it ended, and what the runs have met. */
import type { Hunted } from './hunt.ts'
import type { Kept } from './keep.ts'

/** One line with the numbers of a hunt that goes on or has ended. */
export const countsOf = ({ trials, tookMs }: Hunted): string => {
  const count = (wanted: string): number =>
    trials.filter(({ outcome }) => outcome === wanted).length
  const simulatedS = trials.reduce((sum, trial) => sum + trial.simulatedS, 0)
  const aMinute = Math.round((trials.length / tookMs) * 60_000)
  return (
    `${trials.length} runs (${aMinute} a minute), ${Math.round(simulatedS)} simulated seconds ` +
    `(${Math.round((simulatedS * 1000) / tookMs)} times real time): ${count('valid')} valid, ` +
    `${count('violation')} violations, ${count('unknown')} unknown, ${count('failed')} failed`
  )
}

/** What the runs have met. */
export const coverageOf = ({ trials }: Hunted): readonly string[] => {
  const faults = new Map<string, number>()
  for (const trial of trials)
    for (const [name, times] of Object.entries(trial.faults))
      faults.set(name, (faults.get(name) ?? 0) + times)
  const operations = trials.reduce((sum, trial) => sum + trial.operations, 0)
  const changes = trials.reduce((sum, trial) => sum + trial.leaderChanges, 0)
  const met = [...faults]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
  return [
    `met: ${operations} operations, ${changes} leader changes`,
    ...(met.length === 0 ? [] : [`faults in force: ${met.join(', ')}`]),
  ]
}

/** The document of `--json`. */
export const documentOf = (hunted: Hunted, kept: Kept | undefined): object => ({
  version: 1,
  tookMs: Math.round(hunted.tookMs),
  ...(kept === undefined
    ? {}
    : { folder: kept.folder, hunt: kept.record, results: [kept.verdict] }),
  ...(kept?.finding === undefined ? {} : { finding: kept.finding }),
  trials: hunted.trials,
})
