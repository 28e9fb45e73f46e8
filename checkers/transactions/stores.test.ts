/** Histories of thousands of transactions by databases of known isolation stand where they should. */
import { expect, test } from 'vitest'
import { type Database, type Model, run } from '../../bench/transaction-histories.ts'
import type { Checker } from '../checker.ts'
import { unlimited } from '../checker.ts'
import { type History, HistoryBuilder } from '../history.ts'
import { listAppend } from '../list-append.ts'
import { rwRegister } from '../rw-register.ts'
import { sources } from './register/order.ts'

const history = (database: Database, model: Model): History => {
  const builder = new HistoryBuilder()
  run(database, model, 3000, (event) => builder.add(event))
  return builder.build()
}

const at: Readonly<Record<Model, (level: string) => Checker>> = {
  'list-append': listAppend,
  'rw-register': (level) => rwRegister(level, sources),
}

test.each(['list-append', 'rw-register'] as const)('%s', (model) => {
  const judge = (database: Database, level: string) =>
    at[model](level)(history(database, model), unlimited)
  expect(judge('serializable', 'strict-serializable').valid).toBe(true)
  expect(judge('snapshot', 'strong-snapshot-isolation').valid).toBe(true)
  expect(judge('snapshot', 'repeatable-read').valid).toBe(false)
  expect(judge('none', 'read-committed').valid).toBe(false)
  expect(judge('lagging', 'serializable').valid).toBe(false)
})
