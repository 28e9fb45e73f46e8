/**
 * The verdict in words: one sentence with what broke and what was promised, then what was found. Known
 * anomalies have a sentence of their own; any other says its literature's name and the checker's words.
 */
import type { FoundAnomaly, RunRecord, VerdictRecord } from '../run.ts'
import type { Measures } from './measure.ts'
import { count, counted, line, listed } from './text.ts'
import type { Timeline } from './timeline.ts'

/** What sentences are made of. */
export interface Findings {
  /** Absent for a history from elsewhere. */
  readonly run: RunRecord | undefined
  readonly verdict: VerdictRecord
  readonly measures: Measures
  readonly around: Timeline
}

export type Tone = 'good' | 'bad' | 'unsure' | 'broken'

export interface Headline {
  /** `VIOLATION`, `VALID`, `UNKNOWN`, `HARNESS FAILURE`, `INTERRUPTED`, `MALFORMED`. */
  readonly word: string
  readonly tone: Tone
  readonly sentence: string
}

/** The verdict as one sentence. */
export const headline = (findings: Findings): Headline => {
  const { run, verdict } = findings
  const problem = line(verdict.problems[0] ?? verdict.reason ?? 'no reason recorded')
  switch (verdict.outcome) {
    case 'violation': {
      const promised = run === undefined ? '' : ` (promised: ${line(run.claim.model, 60)})`
      return { word: 'VIOLATION', tone: 'bad', sentence: broke(findings) + promised }
    }
    case 'valid':
      return { word: 'VALID', tone: 'good', sentence: kept(findings) }
    case 'unknown': {
      const reason = line(verdict.reason ?? verdict.problems[0] ?? 'no reason recorded')
      return { word: 'UNKNOWN', tone: 'unsure', sentence: `${subject(findings)}: ${reason}` }
    }
    case 'environment':
      return { word: 'HARNESS FAILURE', tone: 'broken', sentence: problem }
    case 'malformed':
      return { word: 'MALFORMED', tone: 'broken', sentence: `${line(verdict.input)}: ${problem}` }
    case 'interrupted': {
      const sentence =
        verdict.valid === false
          ? broke(findings)
          : verdict.valid === true
            ? `until then, ${kept(findings)}`
            : `${subject(findings)}: ${line(verdict.reason ?? 'stopped before the end')}`
      return { word: 'INTERRUPTED', tone: 'unsure', sentence }
    }
  }
}

/** What the makers promise, in their words, which bring their own quotation marks. */
export const promised = ({ run }: Findings): string =>
  run === undefined
    ? 'nothing: this history has no run beside it'
    : `${line(run.claim.model, 60)}: ${line(run.claim.says, 300)}`

/** What was found: each anomaly in the checker's words, or what every checker said. */
export const found = (findings: Findings): readonly string[] => {
  const { anomalies, checkers } = findings.verdict
  const told = anomalies
    .slice(0, FOUND_MAX)
    .map(({ type, summary }) => `${line(type, 60)}: ${line(summary)}`)
  const left = anomalies.length - told.length
  if (left > 0) told.push(`and ${counted(left, 'more anomaly', 'more anomalies')}`)
  if (told.length > 0) return told
  const undecided = Object.entries(checkers).flatMap(([name, { valid, reason }]) =>
    valid === 'unknown' ? [`${line(name, 60)}: unknown, ${line(reason ?? '')}`] : [],
  )
  return [...passed(findings), ...undecided]
}

/** The checkers that found nothing wrong, without those that only measure. */
export const passed = ({ verdict: { checkers } }: Findings): readonly string[] =>
  Object.entries(checkers).flatMap(([name, { valid }]) =>
    valid === true && !measuring.has(name) ? [`${line(name, 60)}: valid`] : [],
  )

/** Anomalies told one by one. */
const FOUND_MAX = 6

/** `etcd register`, or the file that was judged. */
export const subject = ({ run, verdict }: Findings): string =>
  run === undefined ? line(verdict.input, 120) : `${line(run.system, 60)} ${line(run.workload, 60)}`

const broke = (findings: Findings): string => {
  const { run, verdict } = findings
  const anomaly = verdict.anomalies[0]
  if (anomaly === undefined) return `${subject(findings)}: a checker found a violation`
  const system = run === undefined ? line(verdict.input, 120) : line(run.system, 60)
  const placed = verdict.checkers[anomaly.checker]?.stats
  if (typeof placed?.strongest === 'string' && typeof placed.weakestBroken === 'string') {
    const strongest = placed.strongest === 'none' ? 'no level of consistency' : placed.strongest
    return `${system} keeps ${line(strongest)} and breaks ${line(placed.weakestBroken)}`
  }
  const tell = tales[anomaly.type] ?? tellAny
  const others = verdict.anomalies.length - 1
  const more = others === 0 ? '' : `, and ${counted(others, 'more anomaly', 'more anomalies')}`
  return `${system} ${tell(anomaly, findings)}${more}`
}

type Tell = (anomaly: FoundAnomaly, findings: Findings) => string

const tellAny: Tell = ({ type, summary }) => `shows ${line(type, 60)}: ${line(summary)}`

const tales: Readonly<Record<string, Tell>> = {
  lost: (anomaly, { verdict, measures, run }) => {
    const stats = verdict.checkers[anomaly.checker]?.stats
    const lost = typeof stats?.lost === 'number' ? stats.lost : anomaly.ops.length
    const adds = measures.kinds.find(({ f }) => f === 'add')?.ok ?? 0
    const acknowledged = typeof stats?.acknowledged === 'number' ? stats.acknowledged : adds
    const of = acknowledged < lost ? '' : ` of ${count(acknowledged)}`
    return `lost ${count(lost)}${of} acknowledged adds to ${a(run?.workload ?? 'set')}`
  },
  unexpected: (_, { run }) =>
    `returned an element of ${a(run?.workload ?? 'set')} that nobody added`,
  stale: (_, { run }) => `showed an acknowledged element of ${a(run?.workload ?? 'set')} too late`,
  duplicated: (_, { run }) => `returned an element of ${a(run?.workload ?? 'set')} twice`,
  'stale-read': (_, { run }) =>
    `answered a read of ${a(run?.workload ?? 'register')} with a stale value`,
  nonlinearizable: (anomaly, { run }) =>
    `is not linearizable: no order explains ${counted(anomaly.ops.length, 'operation')} ` +
    `on ${a(run?.workload ?? 'register')}`,
}

const a = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${line(noun, 60)}`

/** Whether it is known what was broken: a history from elsewhere may have no record of that. */
export const knowsFaults = ({ run, around }: Findings): boolean =>
  run !== undefined || around.faults.length + around.skipped > 0

const kept = (findings: Findings): string => {
  const { measures, around, verdict } = findings
  const installed = around.faults.filter(({ installed }) => installed).length
  const changes = around.leaderChanges.length
  const through = [
    ...(knowsFaults(findings) ? [counted(installed, 'fault')] : []),
    ...(changes === 0 ? [] : [counted(changes, 'leader change')]),
  ]
  const passed = Object.entries(verdict.checkers).flatMap(([name, { valid }]) =>
    valid === true && !measuring.has(name) ? [meaning[name] ?? `${line(name, 60)} passed`] : [],
  )
  return (
    `${subject(findings)}: ${listed(passed) || 'nothing was judged'} over ` +
    counted(measures.operations, 'operation') +
    (through.length === 0 ? '' : `, through ${listed(through)}`)
  )
}

/** Checkers that measure, and promise nothing. */
const measuring: ReadonlySet<string> = new Set(['stats', 'availability'])

/** What it means that a checker passed. */
const meaning: Readonly<Record<string, string>> = {
  linearizable: 'linearizable',
  sequential: 'sequential',
  causal: 'causal',
  set: 'nothing was lost',
  progress: 'making progress',
}
