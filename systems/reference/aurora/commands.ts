/** What clients ask of a database, and what it comes to: changes of pages. */
import type { Json } from '../../../harness/api.ts'
import { type Command, outcomeOf, type Result } from '../store.ts'
import type { Redo } from './volume.ts'

/** Reads and writes of several pages, in order and all at once; it comes to what was read and written. */
export interface Transaction {
  readonly f: 'txn'
  readonly accesses: readonly Access[]
}
export type Access = readonly [kind: 'r' | 'w', page: string, value: Json]

/** Reads several pages as they are at one moment. */
export interface View {
  readonly f: 'read'
  readonly keys: readonly string[]
}

export type Statement = Command | Transaction | View
/** A statement that changes nothing. */
export type Reading = Extract<Statement, { readonly f: 'read' }>

export interface Outcome {
  readonly result: Result
  /** One mini-transaction: all of it or nothing. */
  readonly redo: readonly Redo[]
}

export const isReading = (statement: Statement): statement is Reading => statement.f === 'read'

/** The pages that a statement is about. */
export const pagesOf = (statement: Statement): readonly string[] => {
  if (statement.f === 'txn') return statement.accesses.map(([, page]) => page)
  return 'keys' in statement ? statement.keys : [statement.key]
}

/** What a statement comes to where pages hold what `get` says. */
export const outcome = (statement: Statement, get: (page: string) => Json): Outcome => {
  if (statement.f === 'txn') return transacted(statement, get)
  if ('keys' in statement) return { result: { value: statement.keys.map(get) }, redo: [] }
  const { result, after } = outcomeOf(statement, get(statement.key))
  if (after === undefined) return { result, redo: [] }
  const { f, key } = statement
  if (f === 'append' || f === 'increment') return { result, redo: [statement] }
  return { result, redo: [{ f: 'write', key, value: after }] }
}

const transacted = ({ accesses }: Transaction, get: (page: string) => Json): Outcome => {
  const written = new Map<string, Json>()
  const value = accesses.map(([kind, page, wanted]): Json => {
    if (kind === 'w') written.set(page, wanted)
    return [kind, page, kind === 'w' ? wanted : (written.get(page) ?? get(page))]
  })
  const redo = [...written].map(([key, value]): Redo => ({ f: 'write', key, value }))
  return { result: { value }, redo }
}
