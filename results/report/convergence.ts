/**
 * How much each replica showed over time, where reads complete with lists (sets, broadcast) or name the updates
 * delivered (replicated data types): replicas that lag behind and catch up show as lines that meet. When the history came to
 * rest, and when the replicas agreed, as far as a checker says so, stand beside it.
 */
import { restsFrom } from '../../checkers/eventual/quiescence.ts'
import { type History, NEMESIS, OK } from '../../checkers/history.ts'
import type { VerdictRecord } from '../run.ts'
import { line } from './text.ts'

export interface Convergence {
  /** Completions of reads, s. */
  readonly x: readonly number[]
  /** How many elements each node's reads had shown by then, over all keys; null before its first. */
  readonly nodes: readonly { readonly name: string; readonly sizes: readonly (number | null)[] }[]
  /** When the last update or fault was over, s. */
  readonly restS?: number
  /** When the last read that did not show the final state began, where a checker says so. */
  readonly agreedS?: number
}

const NODES_MAX = 12

/** Undefined where reads show no lists, or of one node alone. At most `limit` moments. O(events). */
export const convergence = (
  history: History,
  verdict: VerdictRecord,
  limit: number,
): Convergence | undefined => {
  const seen = sightings(history)
  const names = [...new Set(seen.map(({ node }) => node))].toSorted()
  if (names.length < 2) return undefined
  const step = Math.ceil(seen.length / limit)
  const sizes = new Map<string, Map<number, number>>(names.map((name) => [name, new Map()]))
  const x: number[] = []
  const lines = names.map((): (number | null)[] => [])
  seen.forEach(({ at, node, group, size }, place) => {
    sizes.get(node)!.set(group, size)
    if (place % step !== step - 1 && place < seen.length - 1) return
    x.push(Number((at / 1e9).toFixed(3)))
    names.forEach((name, number) => {
      const known = [...sizes.get(name)!.values()]
      lines[number]!.push(known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0))
    })
  })
  return {
    x,
    nodes: names
      .slice(0, NODES_MAX)
      .map((name, number) => ({ name: line(name, 40), sizes: lines[number]! })),
    ...moments(history, verdict),
  }
}

interface Sighting {
  readonly at: number
  readonly node: string
  /** Number of the key, or NONE. */
  readonly group: number
  readonly size: number
}

const sightings = (history: History): readonly Sighting[] => {
  const { type, process, f, key, partner, value, time } = history.columns
  const read = history.fs.indexOf('read')
  const seen: Sighting[] = []
  for (let position = 0; position < history.length; position++) {
    if (f[position] !== read || type[position] !== OK || process[position] === NEMESIS) continue
    const node = history.nodeName(partner[position]!) ?? history.nodeName(position)
    const size = sizeOf(value.at(position))
    if (node === undefined || size === undefined) continue
    seen.push({ at: time[position]!, node, group: key[position]!, size })
  }
  return seen
}

const sizeOf = (value: unknown): number | undefined => {
  if (Array.isArray(value)) return value.length
  if (typeof value !== 'object' || value === null || !('updates' in value)) return undefined
  return Array.isArray(value.updates) ? value.updates.length : undefined
}

const moments = (
  history: History,
  { checkers }: VerdictRecord,
): Pick<Convergence, 'restS' | 'agreedS'> => {
  const rest = restsFrom(history)
  if (rest < 0) return {}
  const restS = Number((history.columns.time[rest]! / 1e9).toFixed(3))
  const after = checkers.eventual?.stats?.convergenceMs
  return { restS, ...(typeof after === 'number' ? { agreedS: restS + after / 1e3 } : {}) }
}
