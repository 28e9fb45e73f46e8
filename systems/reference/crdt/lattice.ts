/**
 * The states of replicated objects and how two of them are joined (Shapiro, Preguiça, Baquero, Zawirski: "A comprehensive
 * study of Convergent and Commutative Replicated Data Types", INRIA RR-7506, 2011). A join is commutative,
 * associative and idempotent, so states and parts of states (deltas) may come in any order and any number
 * of times. A state carries the ids of the updates in it, so that a read can tell them.
 */
import type { Json } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'

/** By actor: how much it has counted. An actor counts upwards alone, so the larger is the later. */
export type Counts = Readonly<Record<string, number>>
export type Stamp = readonly [time: number, actor?: string]

export type State =
  | { readonly kind: 'counts'; readonly up: Counts; readonly down: Counts }
  /** What was added, by its dot, and the dots that were removed. */
  | {
      readonly kind: 'dots'
      readonly adds: Readonly<Record<string, Added>>
      readonly removed: Readonly<Record<string, true>>
      /** Removes by value, by update: only CD4 has them. */
      readonly purges: Readonly<Record<string, Json>>
    }
  /** By entry what the latest update made of it; null: it was removed. */
  | {
      readonly kind: 'stamps'
      readonly entries: Readonly<Record<string, { readonly stamp: Stamp; readonly value: Json }>>
    }

export interface Added {
  readonly id: number
  readonly value: Json
}

/** An object, or a part of one. */
export interface Replicated {
  /** Ids of updates, in order. */
  readonly updates: readonly number[]
  readonly state: State
}

export const join = (a: Replicated | undefined, b: Replicated, bug: Bug | 'none'): Replicated => {
  if (a === undefined) return b
  return { updates: union(a.updates, b.updates), state: joinStates(a.state, b.state, bug) }
}

/** Whether a state has all that another has. */
export const includes = (a: Replicated | undefined, b: Replicated): boolean => {
  const known = new Set(a?.updates)
  return b.updates.every((id) => known.has(id))
}

const joinStates = (a: State, b: State, bug: Bug | 'none'): State => {
  if (a.kind === 'counts' && b.kind === 'counts') {
    const both = bug === 'CD1' ? (x: number, y: number) => x + y : Math.max
    return {
      kind: 'counts',
      up: joinCounts(a.up, b.up, both),
      down: joinCounts(a.down, b.down, both),
    }
  }
  if (a.kind === 'dots' && b.kind === 'dots') return joinDots(a, b)
  if (a.kind === 'stamps' && b.kind === 'stamps') {
    const entries = { ...a.entries }
    for (const [entry, theirs] of Object.entries(b.entries)) {
      const mine = entries[entry]
      if (mine === undefined || isLater(theirs.stamp, mine.stamp)) entries[entry] = theirs
    }
    return { kind: 'stamps', entries }
  }
  throw new Error(`${a.kind} and ${b.kind} in one object`)
}

const joinCounts = (a: Counts, b: Counts, both: (x: number, y: number) => number): Counts => {
  const counts = { ...a }
  for (const [actor, count] of Object.entries(b)) counts[actor] = both(counts[actor] ?? 0, count)
  return counts
}

type Dots = Extract<State, { kind: 'dots' }>

const joinDots = (a: Dots, b: Dots): State => {
  const adds = { ...b.adds, ...a.adds }
  const removed = { ...a.removed, ...b.removed }
  for (const [id, value] of Object.entries(b.purges))
    if (a.purges[id] === undefined)
      for (const [dot, added] of Object.entries(adds))
        if (added.value === value) removed[dot] = true
  return { kind: 'dots', adds, removed, purges: { ...a.purges, ...b.purges } }
}

const isLater = (one: Stamp, other: Stamp): boolean =>
  one[0] !== other[0] ? one[0] > other[0] : (one[1] ?? '') > (other[1] ?? '')

const union = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.length === 0 ? a : [...new Set([...a, ...b])].sort((x, y) => x - y)

/** The elements that were added and not removed. */
export const present = ({ adds, removed }: Dots): readonly (readonly [dot: string, Added])[] =>
  Object.entries(adds).filter(([dot]) => removed[dot] === undefined)
