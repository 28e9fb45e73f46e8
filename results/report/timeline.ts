/**
 * What happened around the operations: faults, changes of leader and phases, read from the history's
 * fault ledger. A history may come from elsewhere, so fields of the wrong shape read as absent.
 */
import type { History } from '../../checkers/history.ts'
import {
  type Episode,
  episodes,
  type Json,
  observations,
  skippedEpisodes,
} from '../../checkers/ledger.ts'
import { line, seconds, shown } from './text.ts'

/** One fault as reports show it; texts are printable lines, times ns since the run began. */
export interface FaultView {
  /** `partition #2`: people count from one, the ledger from zero. */
  readonly name: string
  /** The nodes hit. */
  readonly nodes: readonly string[]
  /** The same as text, or `no node`. */
  readonly targets: string
  /** The plan before roles were resolved: `isolate primary`. */
  readonly planned: string
  readonly requestedNs: number
  readonly installed: boolean
  /** Whether there is evidence that it took hold. */
  readonly shown: boolean
  readonly installMs: number | undefined
  /** When it was healed with evidence, or undefined. */
  readonly healedNs: number | undefined
  /** From its request to its heal, or to the end of the history. */
  readonly fromNs: number
  readonly toNs: number
  readonly evidence: string
  readonly healEvidence: string
}

/** Other nodes lead than before. */
export interface LeaderChange {
  readonly timeNs: number
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** The fault during which it happened. */
  readonly during: FaultView | undefined
}

export interface Timeline {
  readonly faults: readonly FaultView[]
  /** How many planned faults never began: what they waited for did not come. */
  readonly skipped: number
  readonly leaderChanges: readonly LeaderChange[]
  /** From the last heal until the whole cluster served again. */
  readonly recoveryMs: number | undefined
  readonly warnings: readonly string[]
}

/** Reads the ledger. O(events). */
export const timeline = (history: History): Timeline => {
  const endNs = history.length === 0 ? 0 : history.columns.time[history.length - 1]!
  const faults = episodes(history).map((episode) => faultView(episode, endNs))
  const seen = observations(history)
  return {
    faults,
    skipped: skippedEpisodes(history).length,
    leaderChanges: leaderChanges(seen, faults),
    recoveryMs: seen.reduce<number | undefined>(
      (last, one) =>
        one.kind === 'recovered' && typeof one.afterMs === 'number' ? one.afterMs : last,
      undefined,
    ),
    warnings: seen.flatMap((one) =>
      one.kind === 'warning' ? [`${seconds(one.time, 1)} s: ${line(String(one.message))}`] : [],
    ),
  }
}

/** Faults that overlap one of the spans (ns), in order. */
export const activeDuring = (
  faults: readonly FaultView[],
  spans: readonly (readonly [number, number])[],
): readonly FaultView[] =>
  faults.filter(({ fromNs, toNs }) => spans.some(([from, to]) => from <= toNs && to >= fromNs))

/** `leader changed r1 → r3 at 14.2 s, during partition #1 (r1)`. */
export const leaderSentence = ({ timeNs, from, to, during }: LeaderChange): string =>
  `leader changed ${from.join(' + ')} → ${to.join(' + ')} at ${seconds(timeNs, 1)} s` +
  (during === undefined ? '' : `, during ${during.name} (${during.targets})`)

/** `partition #2 on n2 (isolate primary) from 24.0 to 30.1 s`. */
export const faultSentence = ({ name, targets, planned, fromNs, healedNs }: FaultView): string => {
  const plan = planned === '' ? '' : ` (${planned})`
  const from = `${name} on ${targets}${plan} from ${seconds(fromNs, 1)}`
  return healedNs === undefined ? `${from} s, never healed` : `${from} to ${seconds(healedNs, 1)} s`
}

/** Where no fault was in place: when the last one was. */
export const lastFaultSentence = ({ name, targets, toNs }: FaultView): string =>
  `no fault was active meanwhile; the last one before, ${name} (${targets}), ended at ${seconds(toNs, 1)} s`

const faultView = (episode: Episode, endNs: number): FaultView => {
  const targets = Array.isArray(episode.targets) ? episode.targets.map((t) => line(String(t))) : []
  const { installedAt, error } = episode
  return {
    name: `${line(episode.fault, 40)} #${Number(episode.episode) + 1}`,
    nodes: targets,
    targets: targets.join(', ') || 'no node',
    planned: planText(episode.planned),
    requestedNs: episode.requestedAt,
    installed: installedAt !== undefined,
    shown: installedAt !== undefined && episode.evidence?.held === true,
    installMs: typeof episode.installMs === 'number' ? episode.installMs : undefined,
    healedNs: episode.healedAt,
    fromNs: episode.requestedAt,
    toNs: episode.healedAt ?? endNs,
    evidence:
      evidenceText(episode.evidence) ??
      (error === undefined ? 'no evidence recorded' : `not installed: ${line(error)}`),
    healEvidence: evidenceText(episode.healEvidence) ?? '',
  }
}

const evidenceText = (evidence: Episode['evidence']): string | undefined => {
  if (typeof evidence?.summary !== 'string') return undefined
  return `${evidence.held ? '' : 'NOT SHOWN: '}${line(evidence.summary)}`
}

/** `isolate primary`; `halves, left n1 n2, right n3`: words first, the rest with its name. */
const planText = (plan: Json): string => {
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan))
    return typeof plan === 'string' ? line(plan, 80) : shown(plan, 80)
  const fields = Object.entries(plan)
  const words = fields.flatMap(([, value]) => (typeof value === 'string' ? [line(value, 40)] : []))
  const rest = fields.flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [`${line(name, 24)} ${flat(value)}`],
  )
  return line([words.join(' '), ...rest].filter((part) => part !== '').join(', '), 120)
}

const flat = (value: Json): string =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? line(value.join(' '), 60)
    : shown(value, 60)

/** The first sighting says who leads at the start; a change is a leader that did not lead before. */
const leaderChanges = (
  seen: ReturnType<typeof observations>,
  faults: readonly FaultView[],
): readonly LeaderChange[] => {
  const changes: LeaderChange[] = []
  let before: readonly string[] | undefined
  for (const one of seen) {
    if (one.kind !== 'primaries' || !Array.isArray(one.primaries) || !one.primaries.length) continue
    const to = one.primaries.map((node) => line(String(node), 40))
    if (before !== undefined && to.some((node) => !before?.includes(node)))
      changes.push({
        timeNs: one.time,
        from: before,
        to,
        during: faults.findLast(({ fromNs, toNs }) => fromNs <= one.time && one.time <= toNs),
      })
    before = to
  }
  return changes
}
