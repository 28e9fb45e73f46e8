/**
 * A whole history as the page has it: one entry an operation and column, texts in one piece of memory, so
 * that a million operations are some tens of megabytes and nothing for a garbage collector to walk.
 */

/** Values of the `outcome` column. */
export const OK = 0
export const FAIL = 1
export const INFO = 2
/** It never completed: an `info` without an answer. */
export const OPEN = 3

/**
 * A value or key: NOTHING, NULL, a whole number or a text. Equal cells are equal values, so filters
 * compare cells.
 */
export type Cell = number
export const NOTHING: Cell = 0
export const NULL: Cell = 1

/** In the `node` and `error` columns. */
export const NONE = -1

/** Columns in the order of invocations; times in ns since the run began. */
export interface OperationColumns {
  /** The `index` of the invocation's event in the history, which grows. */
  readonly index: Float64Array
  /** The `index` of the completion's event, or NONE. */
  readonly completion: Float64Array
  readonly from: Float64Array
  /** Infinity for an operation that never completed. */
  readonly to: Float64Array
  readonly outcome: Uint8Array
  readonly process: Int32Array
  /** Index into `fs`. */
  readonly f: Uint16Array
  /** Index into `nodes`, or NONE. */
  readonly node: Int32Array
  readonly key: Float64Array
  /** What the invocation had as its value, and what the completion had. */
  readonly asked: Float64Array
  readonly answered: Float64Array
  /** A text by number, or NONE. */
  readonly error: Int32Array
}

/** One operation in words: texts are JSON-like and may hold anything, cut where they say so. */
export interface OperationFacts {
  readonly index: number
  readonly completion: number | undefined
  readonly from: number
  readonly to: number | undefined
  readonly outcome: 'ok' | 'fail' | 'info'
  readonly process: number
  readonly f: string
  readonly node: string
  /** Empty without a key. */
  readonly key: string
  readonly asked: string
  readonly answered: string
  readonly error: string
}

export interface Operations {
  readonly length: number
  readonly columns: OperationColumns
  readonly fs: readonly string[]
  readonly nodes: readonly string[]
  /** The end of the run, ns. */
  readonly endNs: number
  /** A value as text; a key is the same without quotation marks. */
  text(cell: Cell): string
  /** A text of the `error` column. */
  textOf(id: number): string
  facts(place: number): OperationFacts
  /** The place of the operation whose invocation or completion has this `index`; NONE if there is none. */
  placeOf(index: number): number
}
