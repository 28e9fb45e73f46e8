/**
 * What a replicated data type is: the states that a set of updates leads to, whatever the order in which they
 * were delivered (Shapiro, Preguiça, Baquero, Zawirski: "A comprehensive study of Convergent and Commutative
 * Replicated Data Types", INRIA RR-7506, 2011). One file in `checkers/crdts/` each; all pure.
 */
import { type Primitive, primitive, show } from '../model.ts'

/** One update as a replica knows it: the fields of its invocation and of its completion together. */
export interface Update {
  readonly id: Primitive
  readonly f: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The states that a set of updates may lead to; more than one where timestamps are equal. */
export interface Expected {
  /** @param state as the read told it */
  readonly allows: (state: unknown) => boolean
  /** The state in words: `{1, 2}`. */
  readonly words: string
}

export interface Crdt {
  readonly name: string
  /** One line for `schism list`. */
  readonly summary: string
  /** By kind of update: the fields that it must have beside its `id`. */
  readonly updates: Readonly<Record<string, readonly string[]>>
  /** A text that is equal for equal states. */
  readonly canonical: (state: unknown) => string
  /** O(n) or O(n log n) in the updates, of which none occurs twice. */
  readonly expected: (updates: readonly Update[]) => Expected
}

/** A JSON value as text, the same for the same value whatever the order of an object's keys. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
}

/** The same of a list that stands for a set. */
export const canonicalSet = (value: unknown): string =>
  Array.isArray(value)
    ? `{${[...new Set(value.map(canonical))].toSorted().join()}}`
    : canonical(value)

/** One state, known for certain. */
export const only = (state: unknown, asText: (state: unknown) => string): Expected => {
  const text = asText(state)
  return { allows: (other) => asText(other) === text, words: text }
}

/** The ids that an update had observed, as primitives. */
export const observedBy = ({ fields }: Update): readonly Primitive[] =>
  Array.isArray(fields.observed) ? fields.observed.map(primitive) : []

/**
 * Which of two timestamps is later: numbers, texts, or lists of both compared from the left, as in
 * `[12, "n1"]`. Negative, 0 or positive.
 */
export const compareTimestamps = (a: unknown, b: unknown): number => {
  const [left, right] = [[a].flat(), [b].flat()] as [(number | string)[], (number | string)[]]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at]! < right[at]!) return -1
    if (left[at]! > right[at]!) return 1
  }
  return left.length - right.length
}

/** Of some updates those with the latest timestamp: more than one where it is shared. */
export const latest = (updates: readonly Update[]): readonly Update[] => {
  let most: Update[] = []
  for (const update of updates) {
    const order =
      most.length === 0 ? 1 : compareTimestamps(update.fields.timestamp, most[0]!.fields.timestamp)
    if (order > 0) most = [update]
    else if (order === 0) most.push(update)
  }
  return most
}

/** A value in words. */
export const told = (value: unknown): string => show(primitive(value))
