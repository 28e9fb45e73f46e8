/**
 * What a sequential model is: the object as it would behave if one client used it at a time. A model
 * is pure functions over immutable states; checkers decide whether a concurrent history can be put in
 * an order that the model allows. One file in `checkers/models/` each, named as on the command line.
 */
import type { Key } from './history.ts'

/** One operation as the history recorded it, before a model reads it. */
export interface Recorded {
  /** Who did it: the owner of a lock is a part of its state. */
  readonly process: number
  readonly f: string
  /** Value of the invocation. */
  readonly value: unknown
  /** An operation that never completed is `info`. */
  readonly outcome: 'ok' | 'fail' | 'info'
  /** Value of the completion; undefined without one. */
  readonly result: unknown
  /** Whether the completion carries an error: then its value says nothing about the object. */
  readonly error: boolean
}

/** What may be chosen about a model. */
export interface Settings {
  /** The state before the first operation; null (never written) unless given. */
  readonly initial?: unknown
  /**
   * Whether a compare-and-set that failed without an error tells that the value was another one
   * (`observe`, the default) or nothing at all (`drop`, as Jepsen has it).
   */
  readonly failedCas?: 'observe' | 'drop'
}

/** How a history of registers is read in columns; the choices are those of `Settings`. */
export interface RegisterSettings {
  readonly initial: Primitive
  readonly failedCas: 'observe' | 'drop'
  /** Whether compare-and-set is an operation of the model. */
  readonly cas: boolean
}

/**
 * A sequential model with states `S` and operations `O`. All functions are pure; states and operations
 * are never changed in place.
 */
export interface Model<S = unknown, O = unknown> {
  readonly name: string
  /** One line for `schism list`. */
  readonly summary: string
  readonly init: S
  /** The same model with other settings. */
  configure?(settings: Settings): Model<S, O>
  /**
   * Reads one recorded operation; undefined leaves it out: it did not happen or tells nothing. An
   * operation of outcome `info` that is returned may take effect at any time after its invocation, or
   * never; every other one takes effect once, between its invocation and its completion.
   * @throws NotInModel
   */
  operation(recorded: Recorded): O | undefined
  /** The state after the operation, or undefined when the operation is not possible in this state. */
  step(state: S, op: O): S | undefined
  /**
   * True only for operations that change no state whatsoever: reads and observations. A write of the
   * value that is already there is not pure, for it would change another state.
   */
  pure(op: O): boolean
  /** Two states are equal exactly when their keys are. */
  stateKey(state: S): Primitive
  /** Operations with equal keys are the same operation: same effect, same conditions. */
  opKey(op: O): Primitive
  /**
   * Operations in different parts never influence each other, so a history is linearizable exactly
   * when each of its parts is (Herlihy and Wing's locality). Absent: there is one part.
   */
  partition?(op: O, key: Key | undefined): Key | undefined
  /**
   * Whether `cause` may be what makes `effect` possible, or gives it another effect. Where none of
   * the remaining operations is an effect of one that is taken out of a legal order, the order must
   * stay legal. With `installed` and `observed`, what installs a value may be the cause of what
   * observed it, and of pure operations that observed none, and of nothing else.
   * Absent: any operation may be the cause of any other.
   */
  explains?(cause: O, effect: O): boolean
  /**
   * Operations that may be taken out together, all that have one group: a legal order without them, and
   * without some of the indeterminate operations, stays legal. Undefined for an operation that has none.
   */
  group?(op: O): Primitive | undefined
  /**
   * The objects within a part that the operation concerns, or undefined for all that there are. Those that
   * no operation ties together are independent of each other and each begin as `init`.
   */
  touches?(op: O): readonly Primitive[] | undefined
  /** For states that grow until they are forgotten; lets the search look ahead to the next read. */
  readonly growing?: {
    /** Whether the state after it does not depend on the state before it. */
    forgets(op: O): boolean
    /** Whether operations that forget nothing can lead from the state to what the pure one saw. */
    leadsTo(state: S, read: O): boolean
  }
  /**
   * Present exactly where every part is a register with read, write and compare-and-set: then the history
   * may be read in columns (`registers/registers.ts`) instead of operation by operation.
   */
  readonly registers?: RegisterSettings
  /**
   * Present where the operations are `SetOp` (`models/set.ts`) or else `CollectionOp`: then a history in which
   * every element is inserted once may be decided without a search (`collections/collections.ts`).
   */
  readonly collection?: 'set' | 'queue' | 'stack' | 'priority-queue'
  /** What the operation did, in the past tense: "read 7". */
  words(op: O): string
  /** The value that it shows to have been there when it took effect, where there is one. */
  observed?(op: O): { readonly value: Primitive } | undefined
  /** The value that it left behind, where that does not depend on the state. */
  installed?(op: O): { readonly value: Primitive } | undefined
}

export type Primitive = string | number | boolean | null

/** An operation that a model cannot read: an `f` it does not have, a value of the wrong shape. */
export class NotInModel extends Error {
  override readonly name = 'NotInModel'
}

/** Any JSON value as a primitive with the same equality: objects and lists become their text. */
export const primitive = (value: unknown): Primitive => {
  if (value === undefined || value === null) return null
  if (typeof value === 'object') return `\u0000${JSON.stringify(value)}`
  return value as Primitive
}

/** A primitive as people read it. */
export const show = (value: Primitive): string => {
  if (value === null) return 'nil'
  if (typeof value !== 'string') return String(value)
  const text = value.startsWith('\u0000') ? value.slice(1) : JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 40)}…${text.slice(-16)}`
}

/** Part of an `opKey`: distinct primitives give distinct texts. */
export const tag = (value: Primitive): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value)
