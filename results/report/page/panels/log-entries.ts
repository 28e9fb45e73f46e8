/** What the panel of logs lists: lines by time, with what happened meanwhile between them. Pure. */
import type { LogLine } from '../../log-excerpt.ts'
import type { Window } from '../view-state.ts'

/** Something that is no line: a fault that begins or ends, the selected operation. */
export interface Marked {
  readonly kind: 'fault' | 'selected'
  /** ns. */
  readonly at: number
  readonly text: string
}

export type Entry = { readonly id: string } & (
  | {
      readonly kind: 'line'
      readonly at: number
      readonly line: LogLine
      /** How many lines of its node were left out before it. */
      readonly skipped: number
    }
  | Marked
)

export interface Choice {
  readonly window: Window
  /** Empty for all nodes. */
  readonly node: string
  readonly query: string
  readonly onlyTrouble: boolean
}

/** The lines of the attachment, a JSON list for each node, by time. What is no line of a log is left out. */
export const merged = (text: string): readonly LogLine[] => {
  const nodes = text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as readonly LogLine[])
  return nodes.flatMap(withTimes).sort((a, b) => a.at - b.at)
}

type Timed = LogLine & { readonly at: number }

/** A line without a time was printed with the one before it. */
const withTimes = (lines: readonly LogLine[]): readonly Timed[] => {
  let known = lines.find(({ at }) => at !== undefined)?.at ?? 0
  return lines.map((one) => {
    known = one.at ?? known
    return { ...one, at: known }
  })
}

/** What to list, and how many lines are among it. O(lines). */
export const entriesOf = (
  lines: readonly LogLine[] | Error,
  marks: readonly Marked[],
  { window: { from, to }, node, query, onlyTrouble }: Choice,
): { readonly entries: readonly Entry[]; readonly lines: number } => {
  if (lines instanceof Error) return { entries: [], lines: 0 }
  const wanted = query.toLowerCase()
  const last = new Map<string, number>()
  const all = node === '' && query === '' && !onlyTrouble
  const found = lines.flatMap((one): Entry[] => {
    const { at = 0, number, text, trouble } = one
    const skipped = number - (last.get(one.node) ?? 0) - 1
    last.set(one.node, number)
    if (at < from || at > to || (node !== '' && one.node !== node)) return []
    if (!text.toLowerCase().includes(wanted) || (onlyTrouble && trouble !== true)) return []
    return [
      { id: `${one.node} ${number}`, kind: 'line', at, line: one, skipped: all ? skipped : 0 },
    ]
  })
  const between = marks
    .filter(({ at }) => at >= from && at <= to)
    .map((mark): Entry => ({ ...mark, id: `${mark.at} ${mark.text}` }))
  const entries = [...found, ...between].sort((a, b) => a.at - b.at)
  return { entries, lines: found.length }
}
