/**
 * The fault ledger: how the nemesis' events read in a history. Each episode is requested, installed
 * with evidence, and healed with evidence; observations (leader changes, phases) stand beside them.
 */
import type { History } from './history.ts'

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [k: string]: Json }

/** What was read from the tested system or its kernel, and whether it shows the fault (or its healing). */
export interface Evidence {
  readonly held: boolean
  /** One line a person can read: "6 of 6 cut links dropped a probe; 6 of 6 open links passed it". */
  readonly summary: string
  readonly details?: Json
}

/** `value` of the nemesis' events about a fault; `f` is the fault's name. */
export type FaultRecord =
  /** type `invoke`: about to be injected. `planned` is the plan, before roles were resolved. */
  | { readonly phase: 'inject'; readonly episode: number; readonly planned: Json }
  /** type `ok` (it took hold) or `fail` (it did not). `done` is what was really done, roles resolved. */
  | {
      readonly phase: 'injected'
      readonly episode: number
      readonly targets: readonly string[]
      readonly done: Json
      /** From the request until the fault was installed, and from then until the evidence was in; ms. */
      readonly installMs: number
      readonly observeMs: number
      readonly evidence: Evidence
    }
  /** type `invoke`. */
  | { readonly phase: 'heal'; readonly episode: number }
  /** type `ok` or `fail`. */
  | {
      readonly phase: 'healed'
      readonly episode: number
      readonly healMs: number
      readonly observeMs: number
      readonly evidence: Evidence
    }
  /** type `info`: it never began, and why. */
  | {
      readonly phase: 'skipped'
      readonly episode: number
      readonly planned: Json
      readonly reason: string
    }

/** `value` of a nemesis `info` event with `f: 'observe'`. */
export type Observation =
  /** The nodes that now say they lead, after a change. */
  | { readonly kind: 'primaries'; readonly primaries: readonly string[] }
  /** A node that was seen to lead in a term, for `election-safety`. */
  | { readonly kind: 'leader'; readonly term: string | number; readonly leader: string }
  /** How far nodes' clocks are ahead of the host's, in ms, sampled while clock faults may come. */
  | { readonly kind: 'clock'; readonly offsets: Readonly<Record<string, number>> }
  | { readonly kind: 'phase'; readonly phase: 'main' | 'recovery' | 'final' | 'end' }
  /** The whole cluster serves again after the last heal. */
  | { readonly kind: 'recovered'; readonly afterMs: number }
  /** It did not say so in the time that the run waited for it, and why. */
  | { readonly kind: 'unrecovered'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'warning'; readonly message: string }

/** One fault from request to heal, as it was executed. Times are ns since the run began. */
export interface Episode {
  readonly episode: number
  readonly fault: string
  readonly planned: Json
  readonly requestedAt: number
  readonly installedAt: number | undefined
  readonly healedAt: number | undefined
  readonly targets: readonly string[]
  readonly done: Json
  readonly installMs: number | undefined
  readonly evidence: Evidence | undefined
  readonly healEvidence: Evidence | undefined
  readonly error: string | undefined
}

type Draft = { -readonly [K in keyof Episode]: Episode[K] }

/** All fault episodes of a history in the order of their requests. O(events). */
export const episodes = (history: History): readonly Episode[] => {
  const byNumber = new Map<number, Draft>()
  for (const event of history.nemesis()) {
    const record = event.value as FaultRecord | Observation
    if (typeof record !== 'object' || record === null || !('phase' in record)) continue
    if ('kind' in record) continue
    if (record.phase === 'inject')
      byNumber.set(record.episode, {
        episode: record.episode,
        fault: event.f,
        planned: record.planned,
        requestedAt: event.time,
        installedAt: undefined,
        healedAt: undefined,
        targets: [],
        done: null,
        installMs: undefined,
        evidence: undefined,
        healEvidence: undefined,
        error: undefined,
      })
    const draft = byNumber.get(record.episode)
    if (draft === undefined) continue
    if (event.error !== undefined) draft.error = event.error
    if (record.phase === 'injected') {
      draft.targets = record.targets
      draft.done = record.done
      draft.installMs = record.installMs
      draft.evidence = record.evidence
      if (event.type === 'ok') draft.installedAt = event.time
    }
    if (record.phase === 'healed') {
      draft.healEvidence = record.evidence
      if (event.type === 'ok') draft.healedAt = event.time
    }
  }
  return [...byNumber.values()]
}

/** An episode that never began: what it waited for did not come. */
export interface SkippedEpisode {
  readonly episode: number
  readonly fault: string
  readonly reason: string
}

/** All episodes of a history that were planned and never began. O(events). */
export const skippedEpisodes = (history: History): readonly SkippedEpisode[] =>
  [...history.nemesis()].flatMap(({ f, value }) => {
    const record = value as FaultRecord | Observation
    if (typeof record !== 'object' || record === null || 'kind' in record) return []
    if (record.phase !== 'skipped') return []
    return [{ episode: record.episode, fault: f, reason: String(record.reason) }]
  })

/** All observations of a history with their times in ns. O(events). */
export const observations = (
  history: History,
): readonly (Observation & { readonly time: number })[] =>
  [...history.nemesis()].flatMap((event) =>
    event.f === 'observe' ? [{ ...(event.value as Observation), time: event.time }] : [],
  )
