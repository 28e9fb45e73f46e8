/**
 * What became of every element that was put into a set or broadcast: there in the end, lost, or nobody can say.
 * For sets the checker's own record decides (checkers/set/fates.ts). Elsewhere an element is there when the
 * last read of every replica has it, and lost only where a checker says so: a report accuses nobody.
 */

import { unlimited } from '../../checkers/checker.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../../checkers/history.ts'
import { Meter } from '../../checkers/limits.ts'
import { NotInModel, type Primitive, primitive, show } from '../../checkers/model.ts'
import { fatesOf, NEVER, type Fates as SetFates } from '../../checkers/set/fates.ts'
import type { VerdictRecord } from '../run.ts'
import { binStepS } from './bins.ts'
import { line } from './text.ts'

/** What became of an element. */
export type Fate =
  /** Acknowledged, and there in the end. */
  | 'kept'
  /** There in the end, although its add was not acknowledged. */
  | 'recovered'
  /** Taken out again by a client. */
  | 'removed'
  | 'lost'
  /** There in the end, and missing from a read before. */
  | 'late'
  /** Read, although nobody had put it in; or read twice. */
  | 'wrong'
  /** Its add has no known outcome and nobody saw it, or nobody read after it. */
  | 'unknown'

export interface FatePlot {
  /** By the time at which their adds were invoked; x: a bin's start, s. */
  readonly stepS: number
  readonly x: readonly number[]
  readonly counts: Readonly<Record<Fate, readonly number[]>>
  readonly totals: Readonly<Record<Fate, number>>
  /** Element by element, the lost and the wrong ones first. */
  readonly rows: readonly FateRow[]
}

export interface FateRow {
  readonly element: string
  readonly fate: Fate
  /** The `index` of the add's invocation; absent for an element that only reads know. */
  readonly op?: number
  /** In s; an absent one never was. */
  readonly addedS?: number
  readonly acknowledgedS?: number
  readonly firstSeenS?: number
  readonly lastSeenS?: number
}

export const FATES: readonly Fate[] = [
  ...(['kept', 'recovered', 'removed', 'late', 'unknown', 'lost', 'wrong'] as const),
]

const BINS_MAX = 240
const ROWS_MAX = 500
/** More elements than this are told by a set's checker alone, whose tables are columns. */
const ELEMENTS_MAX = 200_000

/** The fates of a history's elements; undefined where it has none. O(events + lengths of the reads). */
export const fatePlot = (history: History, verdict: VerdictRecord): FatePlot | undefined => {
  if (history.length === 0) return undefined
  const elements =
    verdict.checkers.set === undefined ? replicated(history, verdict) : ofSet(history)
  if (elements === undefined || elements.length === 0) return undefined
  const { time } = history.columns
  const stepS = binStepS(Math.max(1e-3, time[history.length - 1]! / 1e9), BINS_MAX)
  const last = Math.floor(time[history.length - 1]! / 1e9 / stepS)
  const counts = tally(() => new Array<number>(last + 1).fill(0))
  for (const { fate, add } of elements) {
    if (add !== NEVER) counts[fate][Math.floor(time[add]! / 1e9 / stepS)]!++
  }
  const totals = tally(() => 0)
  for (const { fate } of elements) totals[fate]++
  return {
    stepS,
    x: counts.kept.map((_, bin) => Number((bin * stepS).toFixed(6))),
    counts,
    totals,
    rows: worstFirst(elements)
      .slice(0, ROWS_MAX)
      .map((element) => rowOf(history, element)),
  }
}

/** One element; events by position, NEVER for what never was. */
interface Element {
  readonly name: string
  readonly fate: Fate
  readonly add: number
  readonly acked: number
  readonly firstSeen: number
  readonly lastSeen: number
}

const tally = <T>(make: () => T): Record<Fate, T> =>
  Object.fromEntries(FATES.map((fate) => [fate, make()])) as Record<Fate, T>

const worstFirst = (elements: readonly Element[]): readonly Element[] => {
  const rank = (fate: Fate) => FATES.length - FATES.indexOf(fate)
  return elements.toSorted((a, b) => rank(a.fate) - rank(b.fate) || a.add - b.add)
}

const rowOf = (history: History, { name, fate, add, ...at }: Element): FateRow => {
  const seconds = (position: number) => Number((history.columns.time[position]! / 1e9).toFixed(6))
  return {
    element: line(name, 80),
    fate,
    ...(add === NEVER ? {} : { op: history.columns.index[add]!, addedS: seconds(add) }),
    ...(at.acked === NEVER ? {} : { acknowledgedS: seconds(at.acked) }),
    ...(at.firstSeen === NEVER ? {} : { firstSeenS: seconds(at.firstSeen) }),
    ...(at.lastSeen === NEVER ? {} : { lastSeenS: seconds(at.lastSeen) }),
  }
}

/** Undefined for a history that is none of a set, whatever its verdict says. */
const ofSet = (history: History): readonly Element[] | undefined => {
  const fates = inSet(history)
  if (fates === undefined) return undefined
  return fates.elements.flatMap((element, at): Element[] => {
    const fate = fateInSet(fates, at)
    if (fate === undefined) return []
    return [
      {
        name: show(element),
        fate,
        add: fates.added[at] === NEVER ? fates.attempted[at]! : fates.added[at]!,
        acked: fates.acked[at]!,
        firstSeen: fates.firstSeen[at]!,
        lastSeen: fates.lastSeen[at]!,
      },
    ]
  })
}

const inSet = (history: History): SetFates | undefined => {
  try {
    return fatesOf(history, false, new Meter(unlimited))
  } catch (error) {
    if (error instanceof NotInModel) return undefined
    throw error
  }
}

/** As the checker `set` has it; undefined for an element whose every add failed and that nobody saw. */
const fateInSet = (fates: SetFates, at: number): Fate | undefined => {
  const [missing, seen] = [fates.missing[at]!, fates.lastSeen[at]!]
  if (fates.unexpected[at] !== NEVER || fates.doubled[at] !== NEVER) return 'wrong'
  if (missing !== NEVER) return seen < fates.reads[missing]!.start ? 'lost' : 'late'
  if (fates.acked[at] !== NEVER) return seen === NEVER ? 'unknown' : 'kept'
  if (seen !== NEVER) return 'recovered'
  return fates.added[at] === NEVER ? undefined : 'unknown'
}

/** What is known of an element while the history is read. */
interface Draft {
  /** Number of its key, or NONE. */
  readonly group: number
  readonly element: Primitive
  add: number
  acked: number
  failed: boolean
  removed: boolean
  firstSeen: number
  lastSeen: number
}

const replicated = (history: History, verdict: VerdictRecord): readonly Element[] | undefined => {
  const { fs } = history
  if (!fs.includes('read') || !(fs.includes('add') || fs.includes('broadcast'))) return undefined
  const drafts = new Map<string, Draft>()
  const lastReads = new Map<string, number>()
  const { type, process, f, key, value, partner } = history.columns
  const draftOf = (position: number, element: unknown): Draft => {
    const group = key[position]!
    const plain = primitive(element)
    const id = idOf(group, plain)
    const draft = drafts.get(id) ?? fresh(group, plain)
    drafts.set(id, draft)
    return draft
  }
  for (let position = 0; position < history.length; position++) {
    if (process[position] === NEMESIS) continue
    const name = fs[f[position]!]!
    if (name === 'read') {
      const list: unknown = value.at(position)
      if (type[position] !== OK) continue
      if (!Array.isArray(list)) return undefined
      const start = partner[position]!
      for (const element of list) {
        const draft = draftOf(start, element)
        if (draft.firstSeen === NEVER) draft.firstSeen = position
        draft.lastSeen = position
      }
      const site = history.nodeName(start) ?? `process ${process[start]}`
      lastReads.set(`${key[start]} ${site}`, position)
    } else if (type[position] === INVOKE) {
      const draft = draftOf(position, value.at(position))
      noteUpdate(history, draft, name, position)
    }
    if (drafts.size > ELEMENTS_MAX) return undefined
  }
  const last = new LastReads(history, lastReads.values())
  const lost = accused(verdict)
  return [...drafts.values()].flatMap((draft): Element[] => {
    const { group, element, add, acked, failed, firstSeen, lastSeen } = draft
    if (failed && acked === NEVER && firstSeen === NEVER) return []
    const name = group === NONE ? show(element) : `${history.keys[group]}: ${show(element)}`
    return [{ name, fate: fateOf(draft, last, lost), add, acked, firstSeen, lastSeen }]
  })
}

const fresh = (group: number, element: Primitive): Draft => ({
  ...{ group, element, add: NEVER, acked: NEVER, failed: false, removed: false },
  ...{ firstSeen: NEVER, lastSeen: NEVER },
})

const noteUpdate = (history: History, draft: Draft, f: string, position: number): void => {
  const { partner, type } = history.columns
  const completion = partner[position]!
  const outcome = completion === NONE ? NONE : type[completion]!
  if (f === 'remove') {
    if (outcome !== FAIL) draft.removed = true
    return
  }
  if (draft.add === NEVER) draft.add = position
  if (outcome === OK && draft.acked === NEVER) draft.acked = completion
  if (outcome === FAIL) draft.failed = true
}

/** The elements that checkers call lost, as their anomalies name them. */
const accused = ({ anomalies }: VerdictRecord): ReadonlySet<string> =>
  new Set(
    anomalies
      .filter(({ type }) => ['lost', 'divergence', 'disagreement'].includes(type))
      .flatMap(({ elements = [] }) => elements.map((element) => show(element))),
  )

/** The last reads by key: how many there are, and how many of them hold an element. */
class LastReads {
  private readonly reads = new Map<number, number>()
  private readonly held = new Map<string, number>()

  constructor(history: History, positions: Iterable<number>) {
    const { key, partner, value } = history.columns
    for (const position of positions) {
      const group = key[partner[position]!]!
      this.reads.set(group, (this.reads.get(group) ?? 0) + 1)
      for (const element of new Set(value.at(position) as readonly unknown[])) {
        const id = idOf(group, primitive(element))
        this.held.set(id, (this.held.get(id) ?? 0) + 1)
      }
    }
  }

  allHold({ group, element }: Draft): boolean {
    const reads = this.reads.get(group)
    return reads !== undefined && this.held.get(idOf(group, element)) === reads
  }
}

const idOf = (group: number, element: Primitive): string => `${group} ${typeof element} ${element}`

const fateOf = (draft: Draft, last: LastReads, lost: ReadonlySet<string>): Fate => {
  if (draft.add === NEVER) return 'wrong'
  if (lost.has(show(draft.element))) return 'lost'
  if (last.allHold(draft)) return draft.acked === NEVER ? 'recovered' : 'kept'
  return draft.removed ? 'removed' : 'unknown'
}
