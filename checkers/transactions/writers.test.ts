/** The table of writers against a map, for values that are counted in all of the history, for each key, or in strides. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EventInput, HistoryBuilder } from '../history.ts'
import { NONE } from '../typed-arrays.ts'
import { keyOf, scalarOf, type Transactions, transactionsOf } from './columns.ts'
import { Writers } from './writers.ts'

type Write = readonly [key: number, value: number]

/** One transaction a write. */
const written = (writes: readonly Write[]): Transactions => {
  const builder = new HistoryBuilder()
  for (const [key, value] of writes)
    for (const type of ['invoke', 'ok'] as const)
      builder.add({ type, process: 0, f: 'txn', value: [['w', key, value]] } satisfies EventInput)
  return transactionsOf(builder.build(), 'rw-register')
}

const agrees = (writes: readonly Write[], absent: readonly Write[]): void => {
  const transactions = written(writes)
  const { first, key, value, size, names } = transactions
  const writers = new Writers(transactions)
  const known = new Map<string, number>()
  const duplicates: number[] = []
  for (let one = 0; one < size; one++) {
    const at = first[one]!
    const name = `${keyOf(transactions, key[at]!)} ${scalarOf(transactions, value[at]!)}`
    if (known.has(name)) duplicates.push(at)
    else known.set(name, at)
  }
  expect(writers.duplicates).toEqual(duplicates)
  for (const [name, number] of [...writes, ...absent]) {
    const found = writers.of(names.keys.indexOf(name), names.elements.code(number))
    expect(found).toBe(known.get(`${name} ${number}`) ?? NONE)
  }
}

const key = fc.nat(9)
const value = fc.oneof(
  fc.nat(40),
  fc.nat(9).map((stride) => stride * 2 ** 16),
  fc.integer(),
)

test('finds the first who wrote a value to a key, and nobody where nobody did', () => {
  const writes = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 400 })
  fc.assert(fc.property(writes, fc.array(fc.tuple(key, value)), agrees), { numRuns: 200 })
})

test.each<[string, (at: number) => Write]>([
  ['counted in all of the history', (at) => [at % 7, at]],
  ['counted for each key', (at) => [at % 100, Math.floor(at / 100)]],
  ['far from each other', (at) => [at % 7, at * 4096]],
])('values %s', (_, write) => {
  const writes = Array.from({ length: 5000 }, (_, at) => write(at))
  const absent = Array.from({ length: 500 }, (_, at): Write => [(at % 7) + 1, at * 11])
  agrees(writes, absent)
})
