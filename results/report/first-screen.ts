/**
 * What stands first on the page: the verdict as a sentence, where the system stands among the consistency
 * levels, what was broken then, and how to repeat the run. A run that proves nothing says so first, with
 * why and what to do about it: it must never be taken for one that is valid.
 */
import type { Stats } from '../../checkers/checker.ts'
import type { FoundAnomaly, Placement } from '../run.ts'
import { adviceOn } from './advice.ts'
import type { LogLine } from './log-excerpt.ts'
import {
  type Findings,
  found,
  type Headline,
  headline,
  passed,
  promised,
  subject,
} from './sentence.ts'
import { line } from './text.ts'

/** How a run ended, as far as its first screen is concerned. */
export type Ending =
  | 'violation'
  | 'valid'
  | 'unknown'
  /** Too little happened to mean anything. */
  | 'vacuous'
  /** The harness or the machine failed. */
  | 'failure'
  | 'interrupted'
  | 'malformed'

export interface FirstScreen {
  /** The run, or the file that was judged. */
  readonly title: string
  readonly ending: Ending
  readonly headline: Headline
  /** What went wrong in the harness or the environment. */
  readonly problems: readonly string[]
  /** What each checker could not decide, and why. */
  readonly reasons: readonly string[]
  /** What to do about that. */
  readonly advice: readonly string[]
  readonly promised: string
  readonly standing: Standing
  readonly found: readonly string[]
  readonly notes: readonly string[]
  /** What nodes printed last, where the harness failed. */
  readonly quotes: readonly LogLine[]
  readonly command: string | undefined
}

/** Where the system stands among consistency levels; an absent part is not known. */
export interface Standing {
  readonly kept?: string
  readonly broken?: string
  /** What was not judged or could not be decided. */
  readonly open?: string
}

/** @param quotes the last lines that the nodes printed */
export const firstScreen = (findings: Findings, quotes: readonly LogLine[]): FirstScreen => {
  const { run, verdict, around } = findings
  const ending = endingOf(findings)
  const unsettled = ending !== 'valid' && ending !== 'violation'
  return {
    title: line(run?.id ?? verdict.input, 120),
    ending,
    headline: ending === 'vacuous' ? provesNothing(findings) : headline(findings),
    problems: verdict.problems.slice(0, LINES_MAX).map((text) => line(text, 1000)),
    reasons: undecided(findings),
    advice: unsettled ? adviceOn(ending, findings) : [],
    promised: promised(findings),
    // What was kept until a run failed is not what the system keeps.
    standing: unsettled && verdict.valid !== false ? {} : standingOf(findings),
    found: unsettled && verdict.valid !== false ? passed(findings) : found(findings),
    notes: [...verdict.notes, ...around.warnings]
      .slice(0, LINES_MAX)
      .map((text) => line(text, 1000)),
    quotes: ending === 'failure' ? quotes : [],
    command: run === undefined ? undefined : line(run.command, 10_000),
  }
}

const LINES_MAX = 50

/** How a reason begins when too little happened in a run. */
const VACUOUS = /(^|; )vacuous: /

const provesNothing = (findings: Findings): Headline => {
  const { reason = '' } = findings.verdict
  const why = line(reason.slice(reason.search(VACUOUS)).replace(VACUOUS, ''))
  return {
    ...{ word: 'PROVES NOTHING', tone: 'unsure' },
    sentence: `${subject(findings)}: the run proves nothing: ${why}`,
  }
}

export const endingOf = ({ verdict }: Findings): Ending => {
  if (verdict.outcome === 'environment') return 'failure'
  if (verdict.outcome !== 'unknown') return verdict.outcome
  return VACUOUS.test(verdict.reason ?? '') ? 'vacuous' : 'unknown'
}

const undecided = ({ verdict: { checkers, reason, problems } }: Findings): readonly string[] => {
  const said = Object.entries(checkers).flatMap(([name, { valid, reason: why }]) =>
    valid === 'unknown' ? [`${line(name, 60)}: ${line(why ?? 'no reason', 1000)}`] : [],
  )
  if (said.length > 0) return said.slice(0, LINES_MAX)
  return reason === undefined || problems.includes(reason) ? [] : [line(reason, 1000)]
}

/** From the checkers that place histories among levels, or from the levels that were judged. */
export const standingOf = ({ verdict }: Findings): Standing => {
  const placed =
    verdict.placement ??
    Object.values(verdict.checkers).flatMap(({ valid, stats }) =>
      valid === 'unknown' ? [] : placeIn(stats),
    )[0]
  if (placed !== undefined) {
    const { strongest, weakestBroken, undecided } = placed
    return {
      kept: level(strongest),
      ...(weakestBroken === 'none' ? {} : { broken: level(weakestBroken) }),
      ...(undecided === undefined ? {} : { open: `not decided: ${line(undecided)}` }),
    }
  }
  const judged = Object.entries(verdict.checkers).filter(([name]) => LEVELS.has(name))
  const kept = judged.flatMap(([name, { valid }]) => (valid === true ? [name] : []))
  const broken = verdict.anomalies.map(({ checker }) => checker).filter((name) => LEVELS.has(name))
  return {
    ...(kept.length === 0 ? {} : { kept: kept.join(', ') }),
    ...(broken.length > 0
      ? { broken: [...new Set(broken)].join(', '), open: 'weaker levels were not judged' }
      : brokenPromise(verdict.anomalies)),
  }
}

/** What checkers without levels found says itself what is broken. */
const brokenPromise = (anomalies: readonly FoundAnomaly[]): Standing => {
  const names = anomalies.map(({ checker, type }) => `${line(checker, 60)} (${line(type, 60)})`)
  return names.length === 0 ? {} : { broken: [...new Set(names)].slice(0, 6).join(', ') }
}

/** As `spectrum` counts, or the checkers of transactions: what does not hold is `not`. */
const placeIn = (stats: Stats = {}): readonly Omit<Placement, 'anomalies'>[] => {
  const { strongest, weakestBroken = stats.not, undecided } = stats
  if (typeof strongest !== 'string' || typeof weakestBroken !== 'string') return []
  const open = typeof undecided === 'string' ? { undecided } : {}
  return [{ strongest, weakestBroken, ...open }]
}

const level = (names: string): string => (names === 'none' ? 'no level' : line(names))

/** Levels that a checker of their name judges by itself. */
const LEVELS: ReadonlySet<string> = new Set(['linearizable', 'sequential', 'causal'])
