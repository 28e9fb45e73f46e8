/**
 * Which version of an object supersedes which. Registers and cells keep the `latest` by a stamp, ties broken by who
 * made it. Carts keep `siblings` (Dynamo, section 4.4): each has a vector clock, and goes only when another's clock
 * has all that its own has. A merge is commutative, associative and idempotent, so replicas that have exchanged all
 * they have agree.
 */
import type { Json } from '../../../harness/api.ts'

/** Compared from the left. */
export type Stamp = readonly [count: number, actor: string]
/** By actor: how many of its writes are known. */
export type Clock = Readonly<Record<string, number>>

export interface Sibling {
  readonly clock: Clock
  readonly value: Json
}

export type Stored =
  /** A null value: it was removed. */
  | { readonly kind: 'latest'; readonly stamp: Stamp; readonly value: Json }
  | { readonly kind: 'siblings'; readonly siblings: readonly Sibling[] }

/** Objects by key, as messages carry them. */
export type Objects = Readonly<Record<string, Stored>>

/** Whether one clock supersedes another. */
export type Supersedes = (one: Clock, other: Clock) => boolean

export const merge = (a: Stored | undefined, b: Stored, supersedes: Supersedes): Stored => {
  if (a === undefined) return b
  if (a.kind === 'latest' && b.kind === 'latest') return compare(a.stamp, b.stamp) >= 0 ? a : b
  if (a.kind === 'latest' || b.kind === 'latest') throw new Error('two kinds of object in one key')
  const both = new Map([...a.siblings, ...b.siblings].map((one) => [clockTag(one), one]))
  const all = [...both.values()]
  const kept = all.filter(
    (one) => !all.some((two) => two !== one && supersedes(two.clock, one.clock)),
  )
  return { kind: 'siblings', siblings: kept }
}

/** Equal exactly where two versions of one object are. */
export const tagOf = (stored: Stored | undefined): string => {
  if (stored === undefined) return ''
  if (stored.kind === 'latest') return stored.stamp.join()
  return stored.siblings.map(clockTag).sort().join(';')
}

export const compare = (a: Stamp, b: Stamp): number =>
  a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)

/** It knows all that the other knows, and more. */
export const dominates: Supersedes = (one, other) =>
  Object.entries(other).every(([actor, count]) => (one[actor] ?? 0) >= count) &&
  Object.entries(one).some(([actor, count]) => count > (other[actor] ?? 0))

/** What somebody does who takes clocks for numbers. */
export const isLarger: Supersedes = (one, other) => {
  const sizes = [one, other].map((clock) => Object.values(clock).reduce((sum, n) => sum + n, 0))
  return sizes[0]! > sizes[1]! || (sizes[0] === sizes[1] && clockText(one) > clockText(other))
}

/** The clock that knows what any of these know. */
export const joined = (clocks: readonly Clock[]): Clock => {
  const all: Record<string, number> = {}
  for (const clock of clocks)
    for (const [actor, count] of Object.entries(clock))
      all[actor] = Math.max(count, all[actor] ?? 0)
  return all
}

const clockTag = ({ clock }: Sibling): string => clockText(clock)

const clockText = (clock: Clock): string =>
  Object.entries(clock)
    .map((entry) => entry.join(':'))
    .sort()
    .join()
