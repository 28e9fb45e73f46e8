import { describe, expect, test } from 'vitest'
import causal from '../causal.ts'
import convergence from '../causal-convergence.ts'
import { type Limits, unlimited, type Verdict } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import kv from '../models/kv.ts'
import register from '../models/register.ts'
import monotonicReads from '../monotonic-reads.ts'
import readYourWrites from '../read-your-writes.ts'
import { lines } from '../testing/histories.ts'
import { type Level, levels } from '../testing/levels.ts'

const each = Object.entries(levels) as [string, Level][]

const reason = (verdict: Verdict): string => {
  if (verdict.valid !== 'unknown') throw new Error(`judged ${verdict.valid}`)
  return verdict.reason
}

describe('a level cannot judge', () => {
  test('a model that is no register, and says so', () => {
    for (const [, { plugin }] of each) {
      expect(plugin.against!(kv)).toBe(
        'only histories of registers can be judged, and the model kv is none',
      )
      expect(plugin.against!(register)).toBeTypeOf('function')
    }
  })

  test('operations that registers do not have', () => {
    const history = lines('0 invoke pop', '0 ok pop 1')
    for (const [, { plugin }] of each)
      expect(reason(plugin.check(history, unlimited))).toContain('operation 0: f "pop"')
  })

  test('a read of a value that was written twice', () => {
    const twice = lines(
      ...['0 invoke write@x 1', '0 ok write@x 1', '0 invoke write@x 2', '0 ok write@x 2'],
      ...['1 invoke write@x 1', '1 ok write@x 1', '0 invoke read@x', '0 ok read@x 1'],
    )
    expect(reason(causal.check(twice, unlimited))).toBe(
      '1 of key x was written more than once: a read of it may have come from any of them',
    )
  })

  test('a read of the initial value where it was written as well', () => {
    const history = lines('0 invoke write null', '0 ok write null', '0 invoke read', '0 ok read')
    expect(reason(causal.check(history, unlimited))).toBe(
      'the initial value nil was written as well: a read of it may have come from either',
    )
  })

  test('a failed compare-and-set that does not tell what it saw', () => {
    const history = lines('0 invoke cas@x [1,2]', '0 fail cas@x [1,2]')
    expect(reason(causal.check(history, unlimited))).toBe(
      'operation 0, a failed compare-and-set from 1 of key x, does not tell what it saw instead',
    )
  })

  test('what an indeterminate compare-and-set from a value to itself may have written again', () => {
    const history = lines(
      ...['0 invoke write 1', '0 ok write 1', '0 invoke write 2', '0 ok write 2'],
      ...['1 invoke cas [1,1]', '1 info cas [1,1]'],
      ...['2 invoke read', '2 ok read 2', '2 invoke read', '2 ok read 1'],
    )
    expect(reason(causal.check(history, unlimited))).toContain('1 was written more than once')
  })
})

describe('values written more than once do not hide', () => {
  const twice = ['0 invoke write@x 1', '0 ok write@x 1', '1 invoke write@x 1', '1 ok write@x 1']

  test('a read that came from no write at all', () => {
    const history = lines(...twice, '2 invoke read@x', '2 ok read@x 7')
    for (const [, { plugin }] of each) expect(plugin.check(history, unlimited).valid).toBe(false)
  })

  test('a violation among reads whose source is known', () => {
    const history = lines(
      ...[...twice, '2 invoke read@x', '2 ok read@x 1', '2 invoke write@y 1', '2 ok write@y 1'],
      ...['2 invoke read@y', '2 ok read@y null'],
    )
    expect(readYourWrites.check(history, unlimited).valid).toBe(false)
    expect(causal.check(history, unlimited).valid).toBe(false)
  })

  test('that writes that nobody read are no obstacle', () => {
    expect(causal.check(lines(...twice), unlimited).valid).toBe(true)
  })
})

describe('a proof', () => {
  test('says in words what the order of causes and effects was', () => {
    const history = lines(
      ...['0 invoke write@x 1', '0 ok write@x 1', '1 invoke read@x', '1 ok read@x 1'],
      ...['1 invoke write@x 2', '1 ok write@x 2', '2 invoke read@x', '2 ok read@x 2'],
      ...['2 invoke read@x', '2 ok read@x 1'],
    )
    expect(causal.check(history, unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'write-co-read',
          ops: [0, 2, 4, 6, 8],
          summary:
            'process 2 read 1 of key x (event 8), although process 1 wrote 2 of key x (event 4) after ' +
            'that value and before this read: process 1 read 1 of key x (event 2) from process 0, which ' +
            'wrote 1 of key x (event 0); process 1 read 1 of key x (event 2) before it wrote 2 of key x ' +
            '(event 4); process 2 read 2 of key x (event 6) from process 1, which wrote 2 of key x ' +
            '(event 4); process 2 read 2 of key x (event 6) before it read 1 of key x (event 8)',
          edges: [
            { from: 0, to: 2, relation: 'wr' },
            { from: 2, to: 4, relation: 'process' },
            { from: 4, to: 6, relation: 'wr' },
            { from: 6, to: 8, relation: 'process' },
          ],
        },
      ],
    })
  })

  test('of an indeterminate write says who observed it', () => {
    const history = lines(
      ...['0 invoke cas@x [null,1]', '0 info cas@x [null,1]', '1 invoke read@x', '1 ok read@x 1'],
      ...['1 invoke read@x', '1 ok read@x null'],
    )
    expect(monotonicReads.check(history, unlimited)).toMatchObject({
      anomalies: [
        {
          ops: [0, 2, 4],
          summary: expect.stringContaining('has no known outcome, but process 1 read 1 of key x'),
        },
      ],
    })
  })

  test('is one of ten shown where a thousand keys are wrong, and all are counted', () => {
    const text: string[] = []
    for (let key = 0; key < 1000; key++)
      text.push(
        `0 invoke write@${key} 1`,
        `0 ok write@${key} 1`,
        `0 invoke read@${key}`,
        `0 ok read@${key}`,
      )
    const verdict = causal.check(lines(...text), unlimited)
    if (verdict.valid !== false) throw new Error('not found')
    expect(verdict.anomalies.length).toBe(10)
    expect(verdict.stats).toMatchObject({ violations: 1000 })
  })

  test('of a disagreement among thousands of operations is the two reads and two writes', () => {
    const text: string[] = []
    const add = (process: number, f: string, key: string, value: number): void => {
      text.push(`${process} invoke ${f}@${key} ${value}`, `${process} ok ${f}@${key} ${value}`)
    }
    for (let i = 1; i < 3000; i++) add(i % 7, 'write', `k${i % 50}`, i)
    add(0, 'write', 'x', 10_001)
    add(1, 'write', 'x', 10_002)
    for (const process of [2, 3]) add(process, 'read', 'x', process === 2 ? 10_001 : 10_002)
    for (const process of [2, 3]) add(process, 'read', 'x', process === 2 ? 10_002 : 10_001)
    const verdict = convergence.check(lines(...text), unlimited)
    if (verdict.valid !== false) throw new Error('not found')
    expect(verdict.anomalies.map(({ type, ops }) => [type, ops.length])).toEqual([['cyclic-cf', 6]])
  })
})

describe('limits', () => {
  const history = (operations: number): History => {
    const events: EventInput[] = []
    for (let i = 0; i < operations; i++)
      for (const type of ['invoke', 'ok'] as const)
        events.push({
          process: i % 20,
          type,
          f: i % 2 === 0 ? 'write' : 'read',
          value: i % 2 === 0 ? i : i - 1,
          key: 1,
        })
    return History.from(events)
  }

  test('end a check as unknown, with their reason', () => {
    // Consistent prefix is judged by sequential consistency, which is done with this one before it looks.
    const long = history(40_000)
    for (const [, { plugin }] of each.filter(([name]) => name !== 'consistent-prefix')) {
      let polls = 0
      const limits: Limits = { exceeded: () => (++polls > 1 ? 'out of time (1 s)' : undefined) }
      expect(reason(plugin.check(long, limits))).toMatch(/^out of time \(1 s\)/)
    }
  })

  test('are told how much memory the clocks take before it is taken', () => {
    const limits: Limits = {
      exceeded: (bytes) => (bytes > 1e6 ? `out of memory (${bytes} bytes)` : undefined),
    }
    expect(reason(causal.check(history(20_000), limits))).toMatch(/^out of memory \(\d+ bytes\)/)
  })

  test('do not come from the depth of a history', () => {
    expect(convergence.check(history(100_000), unlimited).valid).toBe(true)
  })
})
