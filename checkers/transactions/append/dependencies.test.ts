import { expect, test } from 'vitest'
import { unlimited } from '../../checker.ts'
import type { History } from '../../history.ts'
import { Meter } from '../../limits.ts'
import { fail, historiesOf, info } from '../../testing/transactions.ts'
import { transactionsOf } from '../columns.ts'
import { RW, WR, WW } from '../relations.ts'
import { dependenciesOf } from './dependencies.ts'
import { versionsOf } from './versions.ts'

const { concurrent } = historiesOf('list-append')

const edgesOf = (history: History): readonly (readonly [number, number, number])[] => {
  const meter = new Meter(unlimited)
  const versions = versionsOf(transactionsOf(history, 'list-append'), meter)
  const { length, from, relation, to } = dependenciesOf(versions, meter)
  return Array.from({ length }, (_, at) => [from[at]!, relation[at]!, to[at]!] as const)
}

test('transactions that may have happened depend on each other, what failed on nothing', () => {
  expect(edgesOf(concurrent(info('ax1'), 'rx', 'rx1ax2'))).toEqual([
    [0, WW, 2],
    [1, RW, 0],
    [0, WR, 2],
  ])
  expect(edgesOf(concurrent(fail('ax1'), 'rx', 'rx1'))).toEqual([])
  expect(edgesOf(concurrent(fail('ax1'), 'rx', 'ax2'))).toEqual([[1, RW, 2]])
})
