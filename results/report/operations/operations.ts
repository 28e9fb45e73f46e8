/**
 * A whole history as the page has it: one entry an operation and column, texts in one piece of memory, so
 * that a million operations are some tens of megabytes and nothing for a garbage collector to walk.
 */
import { lowerBound } from '../lower-bound.ts'
import { type Cell, isNumberCell, NOTHING, NULL, numberOf, textIdOf } from './cells.ts'

/** Values of the `outcome` column. */
export const OK = 0
export const FAIL = 1
export const INFO = 2
/** It never completed: an `info` without an answer. */
export const OPEN = 3

/** In columns of numbers that stand for something: nothing. */
export const NONE = -1

/** Columns in the order of invocations; times in ns since the run began. */
export interface OperationColumns {
  /** The `index` of the invocation's event in the history, which grows. */
  readonly index: Float64Array<ArrayBuffer>
  /** The `index` of the completion's event, or NONE. */
  readonly completion: Float64Array<ArrayBuffer>
  readonly from: Float64Array<ArrayBuffer>
  /** Infinity for an operation that never completed. */
  readonly to: Float64Array<ArrayBuffer>
  readonly outcome: Uint8Array<ArrayBuffer>
  readonly process: Int32Array<ArrayBuffer>
  /** Index into `fs`. */
  readonly f: Uint16Array<ArrayBuffer>
  /** Index into `nodes`, or NONE. */
  readonly node: Int32Array<ArrayBuffer>
  readonly key: Float64Array<ArrayBuffer>
  /** What the invocation had as its value, and what the completion had. */
  readonly asked: Float64Array<ArrayBuffer>
  readonly answered: Float64Array<ArrayBuffer>
  /** A text by number, or NONE. */
  readonly error: Int32Array<ArrayBuffer>
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

/** Texts by number: UTF-8, one after another; the last start is the end. */
export interface TextData {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly starts: Float64Array<ArrayBuffer>
}

/** What a worker hands over. */
export interface OperationData {
  readonly length: number
  readonly columns: OperationColumns
  readonly fs: readonly string[]
  readonly nodes: readonly string[]
  readonly text: TextData
}

export class Operations {
  readonly #data: OperationData
  readonly #decoder = new TextDecoder()

  constructor(data: OperationData) {
    this.#data = data
  }

  get length(): number {
    return this.#data.length
  }

  get columns(): OperationColumns {
    return this.#data.columns
  }

  get fs(): readonly string[] {
    return this.#data.fs
  }

  get nodes(): readonly string[] {
    return this.#data.nodes
  }

  /** A value as JSON-like text; empty for nothing. A key is the same without quotation marks. */
  text(cell: Cell): string {
    if (cell === NOTHING) return ''
    if (cell === NULL) return 'null'
    return isNumberCell(cell) ? String(numberOf(cell)) : this.textOf(textIdOf(cell))
  }

  /** A text by its number; empty for NONE. */
  textOf(id: number): string {
    const { bytes, starts } = this.#data.text
    if (id < 0 || id + 1 >= starts.length) return ''
    return this.#decoder.decode(bytes.subarray(starts[id], starts[id + 1]))
  }

  /** An operation in words. */
  facts(place: number): OperationFacts {
    const { columns, fs, nodes } = this.#data
    const to = columns.to[place]!
    const completion = columns.completion[place]!
    return {
      index: columns.index[place]!,
      completion: completion === NONE ? undefined : completion,
      from: columns.from[place]!,
      to: to === Number.POSITIVE_INFINITY ? undefined : to,
      outcome: outcomeNames[columns.outcome[place]!] ?? 'info',
      process: columns.process[place]!,
      f: fs[columns.f[place]!] ?? '',
      node: nodes[columns.node[place]!] ?? '',
      key: this.text(columns.key[place]!),
      asked: this.text(columns.asked[place]!),
      answered: this.text(columns.answered[place]!),
      error: this.textOf(columns.error[place]!),
    }
  }

  /** The place of the operation whose invocation, or else completion, has this `index`; or NONE. */
  placeOf(index: number): number {
    const column = this.#data.columns.index
    const place = lowerBound(column, index)
    if (column[place] === index) return place
    return index < 0 ? NONE : this.#data.columns.completion.indexOf(index)
  }
}

export const outcomeNames = ['ok', 'fail', 'info', 'info'] as const
