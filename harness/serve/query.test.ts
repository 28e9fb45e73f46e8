import { expect, test } from 'vitest'
import type { RunRow } from '../../results/archive/row.ts'
import { tablePage } from './query.ts'

const rowOf = (id: string, p99Ms: number | undefined): RunRow =>
  ({
    ...{ id, outcome: 'valid', system: 'raft', workload: 'set', faults: [] },
    ...(p99Ms === undefined ? {} : { counts: { p99Ms } }),
  }) as unknown as RunRow

test('what has no number comes last, whichever way the table is sorted', () => {
  const rows = [rowOf('a', undefined), rowOf('b', 2), rowOf('c', undefined), rowOf('d', 1)]
  const sorted = (sort: string) =>
    tablePage(rows, new URLSearchParams({ sort })).runs.map(({ id }) => id)
  expect(sorted('p99')).toEqual(['d', 'b', 'a', 'c'])
  expect(sorted('-p99')).toEqual(['b', 'd', 'a', 'c'])
})
