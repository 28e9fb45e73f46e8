/**
 * The memory of the checkers of transactions: what they tell the limits is what they hold, few bytes a transaction, and at a
 * bound that is too small by a byte they end as unknown.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { Checker, Limits, Verdict } from '../checker.ts'
import { type EventInput, type History, HistoryBuilder } from '../history.ts'
import { listAppend } from '../list-append.ts'
import { rwRegister } from '../rw-register.ts'

const TRANSACTIONS = 6000
/** A million transactions shall be checked in 0.8 GB, with the loaded history. */
const BYTES_A_TRANSACTION = 560
/** The part of what is held that may be too small to be told. */
const UNTOLD = 1 / 3

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Ten clients in turns, each reads two keys and writes one, whose values are counted: a key is written a hundred times. */
const serial = (read: (values: readonly number[]) => unknown, write: string): History => {
  const builder = new HistoryBuilder()
  const state = new Map<number, number[]>()
  for (let one = 0; one < TRANSACTIONS; one++) {
    const keys = [0, 1, 2].map((at) => Math.floor(one / 1000) * 10 + ((one * 7 + at) % 10))
    const values = keys.map((key) => state.get(key) ?? [])
    const written = values[2]!.length + 1
    const steps = (done: boolean): EventInput['value'] => [
      ['r', keys[0], done ? read(values[0]!) : null],
      ['r', keys[1], done ? read(values[1]!) : null],
      [write, keys[2], written],
    ]
    builder.add({ process: one % 10, type: 'invoke', f: 'txn', value: steps(false) })
    builder.add({ process: one % 10, type: 'ok', f: 'txn', value: steps(true) })
    state.set(keys[2]!, [...values[2]!, written])
  }
  return builder.build()
}

const lists = serial((values) => values, 'append')
const registers = serial((values) => values.at(-1) ?? null, 'w')

describe.each<[string, Checker, History]>([
  ['list-append', listAppend('strict-serializable'), lists],
  ['list-append, causal', listAppend('causal'), lists],
  ['rw-register', rwRegister('strict-serializable'), registers],
  [
    'rw-register, linearizable-keys',
    rwRegister('strict-serializable', ['linearizable-keys']),
    registers,
  ],
  ['rw-register, causal', rwRegister('causal'), registers],
])('%s', (_, check, history) => {
  test('holds few bytes a transaction, tells the limits, and is unknown where it needs one more', () => {
    const { told, held } = measured(check, history)
    expect(told / TRANSACTIONS).toBeLessThan(BYTES_A_TRANSACTION)
    expect(held).toBeLessThan(told * (1 + UNTOLD))
    expect(check(history, bounded(told)).valid).toBe(true)
    expect(check(history, bounded(told - 1))).toMatchObject<Partial<Verdict>>({
      valid: 'unknown',
      reason: 'out of memory',
    })
  })
})

const bounded = (most: number): Limits => ({
  exceeded: (bytes) => (bytes > most ? 'out of memory' : undefined),
})

/** The most bytes that a check tells the limits, and the most that it holds when they are asked. */
const measured = (
  check: Checker,
  history: History,
): { readonly told: number; readonly held: number } => {
  collect()
  const before = process.memoryUsage().arrayBuffers
  let [told, held] = [0, 0]
  check(history, {
    exceeded: (bytes) => {
      collect()
      told = Math.max(told, bytes)
      held = Math.max(held, process.memoryUsage().arrayBuffers - before)
      return undefined
    },
  })
  return { told, held }
}
