import { describe, expect, test } from 'vitest'
import type { History } from '../../checkers/history.ts'
import { stream } from '../random.ts'
import { simulate } from '../testing/simulate.ts'
import { limit, type TransactionCall, transactionHabits, transactions } from './index.ts'

type Operation = readonly [f: 'r' | 'w', key: number, value: number | null]

const run = async (options: Readonly<Record<string, string>>, count = 2000) => {
  const habits = transactionHabits({
    ...{ keys: '4', 'key-choice': 'exponential', 'txn-length': '4', 'writes-per-key': '20' },
    ...options,
  })
  const history: History<TransactionCall<Operation>> = await simulate({
    threads: 3,
    generator: limit(
      count,
      transactions<Operation>(stream(7), habits, {
        read: (key) => ['r', key, null],
        write: (key, value) => ['w', key, value],
      }),
    ),
    invoke: () => ({ afterMs: 1 }),
  })
  return [...history.operations()].map(({ invoke }) => invoke.value)
}

const writes = (transactions: readonly (readonly Operation[])[]): readonly Operation[] =>
  transactions.flat().filter(([f]) => f === 'w')

describe('transactions', () => {
  test('have as many operations as asked for, half of them reads', async () => {
    const all = await run({})
    expect(new Set(all.map(({ length }) => length))).toEqual(new Set([1, 2, 3, 4]))
    expect(writes(all).length / all.flat().length).toBeCloseTo(0.5, 1)
  })

  test('write 1, 2, 3 … to a key, and take a fresh key when that is enough', async () => {
    const all = writes(await run({}))
    const keys = new Set(all.map(([, key]) => key))
    expect(keys.size).toBeGreaterThan(100)
    for (const key of keys) {
      const own = all.filter((one) => one[1] === key)
      expect(own.map(([, , value]) => value)).toEqual(own.map((_, at) => at + 1))
      expect(own.length).toBeLessThanOrEqual(20)
    }
  })

  test('choose all keys alike, or each twice as often as the one before it', async () => {
    const shares = async (choice: string) => {
      const all = (await run({ 'key-choice': choice, 'writes-per-key': '100000' })).flat()
      return [0, 1, 2, 3].map((key) => all.filter((one) => one[1] === key).length / all.length)
    }
    for (const share of await shares('uniform')) expect(share).toBeCloseTo(0.25, 1)
    const [first, second, third, fourth] = await shares('exponential')
    expect(second! / first!).toBeCloseTo(2, 0)
    expect(third! / second!).toBeCloseTo(2, 0)
    expect(fourth! / third!).toBeCloseTo(2, 0)
  })
})
