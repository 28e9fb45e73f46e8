/** Cycles that are none, or none of their class, are a mistake of the checker and no accusation. */
import { describe, expect, test } from 'vitest'
import type { History } from '../history.ts'
import { by, fail, historiesOf, info } from '../testing/transactions.ts'
import { transactionsOf } from './columns.ts'
import type { Step } from './paths.ts'
import { PROCESS, REALTIME, RW, WR, WW } from './relations.ts'
import { proved } from './verify.ts'

const { oneByOne } = historiesOf('list-append')
const one = oneByOne(by(0, 'ax1'), by(0, 'ax2'), by(1, 'ax3'), fail('ax4'), info('ax5'))

const step = (from: number, relation: number, to: number): Step => ({ from, to, relation })
const prove = (type: string, steps: readonly Step[], proves = true, history: History = one) =>
  proved(transactionsOf(history, 'list-append'), type, steps, () => proves)

const there = step(0, WW, 1)

describe('a cycle', () => {
  test.each<readonly [string, readonly Step[]]>([
    ['G0', [there, step(1, WW, 0)]],
    ['G1c', [there, step(1, WR, 0)]],
    ['G-single-item', [there, step(1, RW, 0)]],
    ['G2-item', [step(0, RW, 1), step(1, RW, 0)]],
    ['G2-item', [step(0, RW, 1), step(1, RW, 2), step(2, WR, 0)]],
    ['G-nonadjacent-item', [step(0, RW, 1), step(1, WW, 2), step(2, RW, 4), step(4, WR, 0)]],
    ['G0-process', [step(0, PROCESS, 1), step(1, WW, 0)]],
    ['G1c-realtime', [step(0, PROCESS, 1), step(1, REALTIME, 2), step(2, WR, 0)]],
    ['G-single-item-realtime', [step(1, REALTIME, 2), step(2, RW, 1)]],
  ])('%s is told by its relations', (type, steps) => {
    expect(() => prove(type, steps)).not.toThrow()
    expect(() => prove(`${type}?`, steps)).toThrow(`the cycle is one of ${type}`)
  })

  test.each<readonly [string, readonly Step[]]>([
    ['without steps', []],
    ['from a transaction to itself', [step(0, WW, 0)]],
    ['that does not close', [there, step(1, WW, 2)]],
    ['with a gap', [there, step(2, WW, 0)]],
    ['through a transaction twice', [there, step(1, WW, 0), there, step(1, WR, 0)]],
  ])('%s is none', (_, steps) => {
    expect(() => prove('G0', steps)).toThrow('no cycle')
  })

  test.each<readonly [string, Step]>([
    ['of processes between two of them', step(1, PROCESS, 2)],
    ['of a process that is the wrong way round', step(1, PROCESS, 0)],
    ['of time that is the wrong way round', step(2, REALTIME, 1)],
    ['of time behind an end that is not known', step(4, REALTIME, 0)],
    ['to what failed', step(0, WW, 3)],
    ['from what failed', step(3, WW, 0)],
  ])('has no step %s', (_, wrong) => {
    expect(() => prove('G0', [wrong, step(wrong.to, WW, wrong.from)])).toThrow('no proof')
  })

  test('has no step that the transactions do not prove', () => {
    expect(() => prove('G0', [there, step(1, WW, 0)], false)).toThrow('G0: no proof of relation')
  })
})
