/** What a hunt adds up to: how much was tried, how it ended, and what the runs have met. */
import type { Hunted } from './hunt.ts'
import type { Kept } from './keep.ts'
import { faultsOf, kindOf } from './situations.ts'

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
export const coverageOf = (hunted: Hunted): readonly string[] => {
  const { trials, situations, lastNew } = hunted
  const faults = mostFirst(trials.map((trial) => trial.faults))
  const pairs = mostFirst(trials.map((trial) => trial.together))
  const kinds = new Set([...situations].map(kindOf))
  const operations = trials.reduce((sum, trial) => sum + trial.operations, 0)
  const changes = trials.reduce((sum, trial) => sum + trial.leaderChanges, 0)
  const more = pairs.length > PAIRS ? ` and ${pairs.length - PAIRS} more pairs` : ''
  return [
    `met: ${operations} operations, ${changes} leader changes`,
    ...(faults.length === 0 ? [] : [`faults in force: ${wordsOf(faults)}`]),
    ...(pairs.length === 0 ? [] : [`together: ${wordsOf(pairs.slice(0, PAIRS))}${more}`]),
    `situations: ${situations.size} (${kinds.size} kinds of messages, each while some faults were in force); ` +
      `the last new one in run ${lastNew} of ${trials.length}`,
  ]
}

/** So many pairs of faults are told. */
const PAIRS = 8

type Counts = Readonly<Record<string, number>>

/** All counts added up, the largest first. */
const mostFirst = (some: readonly Counts[]): readonly (readonly [string, number])[] => {
  const sums = new Map<string, number>()
  for (const counts of some)
    for (const [name, times] of Object.entries(counts))
      sums.set(name, (sums.get(name) ?? 0) + times)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

const wordsOf = (counts: readonly (readonly [string, number])[]): string =>
  counts.map(([name, times]) => `${name} ${times}`).join(', ')

/** `coverage` in the document. */
const coverageDocument = ({ trials, situations, lastNew }: Hunted): object => {
  const messages: Record<string, Set<string>> = {}
  for (const situation of situations) {
    messages[kindOf(situation)] ??= new Set()
    for (const fault of faultsOf(situation)) messages[kindOf(situation)]!.add(fault)
  }
  return {
    situations: situations.size,
    lastNew,
    faults: Object.fromEntries(mostFirst(trials.map((trial) => trial.faults))),
    together: Object.fromEntries(mostFirst(trials.map((trial) => trial.together))),
    messages: Object.fromEntries(
      Object.entries(messages).map(([kind, faults]) => [kind, [...faults].toSorted()]),
    ),
  }
}

/** The document of `--json`. */
export const documentOf = (hunted: Hunted, kept: Kept | undefined): object => ({
  version: 1,
  tookMs: Math.round(hunted.tookMs),
  ...(kept === undefined
    ? {}
    : { folder: kept.folder, hunt: kept.record, results: [kept.verdict] }),
  ...(kept?.finding === undefined ? {} : { finding: kept.finding }),
  coverage: coverageDocument(hunted),
  trials: hunted.trials,
})
