/**
 * Transactional histories in short, as Elle's tests write them: "ax1ry12" appends 1 to x and reads y = [1 2],
 * "wx1ry2" writes 1 to x and reads y = 2, "rx" reads nothing. Keys are letters, elements digits.
 */
import { type EventInput, History } from '../history.ts'

export type MicroOperation = readonly [f: string, key: string, value: unknown]

/** One transaction, the type of its completion (`none`: there is none) and its process. */
export interface Txn {
  readonly text: string
  readonly type?: 'ok' | 'fail' | 'info' | 'none'
  readonly process?: number
}

export type DataType = 'list-append' | 'rw-register'

/** The micro-operations of a text. */
export const microOperations = (type: DataType, text: string): readonly MicroOperation[] =>
  [...text.matchAll(/([arw])([a-z])(\d*)/g)].map(([, f, key, digits]) => {
    if (f === 'a') return ['append', key!, Number(digits)]
    if (f === 'w') return ['w', key!, Number(digits)]
    if (digits === '') return ['r', key!, null]
    return ['r', key!, type === 'list-append' ? [...digits!].map(Number) : Number(digits)]
  })

/** What a transaction invokes: reads have not read yet. */
export const asked = (value: readonly MicroOperation[]): readonly MicroOperation[] =>
  value.map(([f, key, given]) => [f, key, f === 'r' ? null : given])

/** How histories of a data type are written. */
export const historiesOf = (type: DataType) => {
  const event = ({ text, process }: Txn, at: number, kind: EventInput['type']): EventInput => {
    const value = microOperations(type, text)
    const told = kind === 'ok' ? value : asked(value)
    return { type: kind, process: process ?? at, f: 'txn', value: told }
  }
  const ending = (txn: Txn, at: number): EventInput[] =>
    txn.type === 'none' ? [] : [event(txn, at, txn.type ?? 'ok')]
  return {
    /** All transactions at once: all begin before any ends. Each has a process of its own unless it says so. */
    concurrent: (...txns: readonly (Txn | string)[]): History => {
      const all = txns.map(normal)
      return History.from([
        ...all.map((txn, at) => event(txn, at, 'invoke')),
        ...all.flatMap((txn, at) => ending(txn, at)),
      ])
    },
    /** One transaction after another. */
    oneByOne: (...txns: readonly (Txn | string)[]): History =>
      History.from(
        txns.map(normal).flatMap((txn, at) => [event(txn, at, 'invoke'), ...ending(txn, at)]),
      ),
  }
}

const normal = (txn: Txn | string): Txn => (typeof txn === 'string' ? { text: txn } : txn)

export const fail = (text: string): Txn => ({ text, type: 'fail' })
export const info = (text: string): Txn => ({ text, type: 'info' })
export const by = (process: number, text: string): Txn => ({ text, process })
