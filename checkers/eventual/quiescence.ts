/**
 * When a history is at rest: every fault is healed and no update is under way or begins any more. The
 * reads that are invoked from then on are final, and eventual consistency (Vogels, "Eventually
 * Consistent", 2009) is about them: "if no new updates are made to the object, eventually all accesses
 * will return the last updated value".
 *
 * No finite history refutes "eventually". What is judged is whether a replica had got there by its last
 * read; how long it had is for the workload to choose, and for `graceMs`.
 */
import type { History } from '../history.ts'
import { INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import { episodes } from '../ledger.ts'

/** An ok read. */
export interface Read {
  /** Position of its invocation and of its completion. */
  readonly start: number
  readonly end: number
  /** Number of the key, or the one after all of them for operations without one. */
  readonly key: number
}

/** The reads of a key at one replica that none of the key at that replica certainly follows. */
export interface Site {
  readonly name: string
  /** By number in the list of reads; the one invoked last comes last. */
  readonly last: readonly number[]
}

/** The last position at which a fault was in place or an update under way; -1 for none. */
export const restsFrom = (history: History): number => {
  const { type, process, f, value } = history.columns
  const reads = history.fs.map((name) => name === 'read')
  for (let position = history.length - 1; position >= 0; position--) {
    const disturbs =
      process[position] === NEMESIS
        ? isUnrest(value.at(position))
        : !reads[f[position]!] && (type[position] === INVOKE || type[position] === OK)
    if (disturbs) return position
  }
  return NONE
}

/** Everything about faults, and the phases of a run before its end. */
const isUnrest = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return true
  const { kind, phase } = value as { readonly kind: string; readonly phase?: string }
  return kind === 'recovered' || (kind === 'phase' && phase !== 'end')
}

/** Why the history never comes to rest, where a fault was not healed. */
export const unrest = (history: History): string | undefined => {
  const open = episodes(history).find(({ healedAt }) => healedAt === undefined)
  return open === undefined
    ? undefined
    : `the fault ${open.fault} (episode ${open.episode}) was not healed`
}

/** Names of the nodes that clients spoke to, in order; none where the history does not tell. */
export const nodesOf = (history: History): readonly string[] => {
  const { process, type } = history.columns
  const names = new Set<string>()
  for (let position = 0; position < history.length; position++) {
    if (process[position] === NEMESIS || type[position] !== INVOKE) continue
    const name = siteName(history, position)
    if (name !== undefined) names.add(name)
  }
  return [...names].sort()
}

/** The node that an operation went to, where the history tells. */
export const siteName = (history: History, start: number): string | undefined => {
  const partner = history.columns.partner[start]!
  return history.nodeName(start) ?? (partner === NONE ? undefined : history.nodeName(partner))
}

/**
 * The replicas that each key was read at after a position, with their last reads. Where the history
 * names no nodes, every process stands for a replica. O(reads), and the sites of a key by name.
 */
export const sitesOf = (
  history: History,
  reads: readonly Read[],
  isFinal: (read: Read) => boolean,
): ReadonlyMap<number, readonly Site[]> => {
  const byKey = new Map<number, Map<string, number[]>>()
  reads.forEach((read, at) => {
    if (!isFinal(read)) return
    const name = siteName(history, read.start) ?? `process ${history.columns.process[read.start]}`
    const sites = byKey.get(read.key) ?? new Map<string, number[]>()
    byKey.set(read.key, sites)
    const some = sites.get(name)
    if (some === undefined) sites.set(name, [at])
    else some.push(at)
  })
  const result = new Map<number, readonly Site[]>()
  for (const [key, sites] of byKey)
    result.set(
      key,
      [...sites]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, some]) => ({ name, last: lastOf(reads, some) })),
    )
  return result
}

const lastOf = (reads: readonly Read[], some: readonly number[]): readonly number[] => {
  const latest = some.reduce((most, at) => Math.max(most, reads[at]!.start), NONE)
  return some
    .filter((at) => reads[at]!.end > latest)
    .sort((a, b) => reads[a]!.start - reads[b]!.start)
}
