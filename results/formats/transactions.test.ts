/** Transactions in the notations of others are those of our own. */
import { expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { listAppend } from '../../checkers/list-append.ts'
import { readHistoryFrom } from './read.ts'

/** Elle's `paper-example.edn`: what TiDB did when it retried a transaction. It says neither `:f` nor `:process`. */
const paper = `
{:index 0 :type :invoke  :value [[:append 253 1] [:append 253 3] [:append 253 4] [:append 255 2] [:append 255 3] [:append 255 4] [:append 255 5] [:append 256 1] [:append 256 2]]}
{:index 1 :type :ok      :value [[:append 253 1] [:append 253 3] [:append 253 4] [:append 255 2] [:append 255 3] [:append 255 4] [:append 255 5] [:append 256 1] [:append 256 2]]}
{:index 2 :type :invoke, :value [[:append 255 8] [:r 253 nil]]}
{:index 3 :type :ok,     :value [[:append 255 8] [:r 253 [1 3 4]]]}
{:index 4 :type :invoke, :value [[:append 256 4] [:r 255 nil] [:r 256 nil] [:r 253 nil]]}
{:index 5 :type :ok,     :value [[:append 256 4] [:r 255 [2 3 4 5 8]] [:r 256 [1 2 4]] [:r 253 [1 3 4]]]}
{:index 6 :type :invoke, :value [[:append 250 10] [:r 253 nil] [:r 255 nil] [:append 256 3]]}
{:index 7 :type :ok      :value [[:append 250 10] [:r 253 [1 3 4]] [:r 255 [2 3 4 5]] [:append 256 3]]}
`

/** A write skew as elle-cli reads it. */
const skew = `[
  {"index":0,"type":"invoke","process":0,"f":"txn","value":[["append","x",1],["r","y",null]]},
  {"index":1,"type":"invoke","process":1,"f":"txn","value":[["append","y",1],["r","x",null]]},
  {"index":2,"type":"ok","process":0,"f":"txn","value":[["append","x",1],["r","y",null]]},
  {"index":3,"type":"ok","process":1,"f":"txn","value":[["append","y",1],["r","x",[]]]}
]`

test.each([
  ['h.edn', paper, 'G-single-item', 'consistent-view, repeatable-read'],
  ['h.json', skew, 'G2-item', 'repeatable-read'],
])('%s', (name, text, type, not) => {
  const { history } = readHistoryFrom(text, name)
  const verdict = listAppend('serializable')(history, unlimited)
  expect(verdict.stats?.not).toMatch(new RegExp(`^${not}`))
  expect(verdict).toMatchObject({ valid: false, anomalies: [{ type }] })
})
