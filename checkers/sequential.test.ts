import { describe, expect, test } from 'vitest'
import type { Anomaly } from './checker.ts'
import { unlimited } from './checker.ts'
import { type EventInput, History } from './history.ts'
import casRegister, { configure } from './models/cas-register.ts'
import plugin, { sequential } from './sequential.ts'
import { lines, only } from './testing/histories.ts'
import { programs } from './testing/sequential-histories.ts'

const check = sequential(casRegister)

const anomalyOf = (history: History): Anomaly => {
  const verdict = check(history, unlimited)
  if (verdict.valid !== false) throw new Error(`judged ${verdict.valid}`)
  return verdict.anomalies[0]
}

/**
 * The litmus tests of the literature: Sarkar et al., "Understanding POWER multiprocessors" (PLDI 2011) and
 * Alglave, Maranget and Tautschnig, "Herding cats" (TOPLAS 2014), by their names there.
 */
describe('no sequentially consistent memory shows', () => {
  const forbidden: Record<string, readonly [type: string, ops: number, ...texts: string[]]> = {
    'SB, store buffering (Dekker)': ['nonsequential', 4, 'wx=1 ry=nil', 'wy=1 rx=nil'],
    'MP, message passing': ['nonsequential', 4, 'wx=1 wy=1', 'ry=1 rx=nil'],
    'LB, load buffering': ['nonsequential', 4, 'rx=1 wy=1', 'ry=1 wx=1'],
    'IRIW, independent reads of independent writes': [
      ...(['nonsequential', 6] as const),
      ...['wx=1', 'wy=1', 'rx=1 ry=nil', 'ry=1 rx=nil'],
    ],
    'WRC, write-to-read causality': [
      ...(['nonsequential', 5] as const),
      ...['wx=1', 'rx=1 wy=1', 'ry=1 rx=nil'],
    ],
    '2+2W, two writes each in opposite orders': [
      ...(['nonsequential', 6] as const),
      ...['wx=1 wy=2 ry=3', 'wy=3 wx=4 rx=1'],
    ],
    'CoRR, reads of one location that disagree': [
      ...(['incoherent', 6] as const),
      ...['wx=1', 'wx=2', 'rx=1 rx=2', 'rx=2 rx=1'],
    ],
    'CoWR, a read behind its own write': ['incoherent', 4, 'wx=1', 'rx=1 wx=2 rx=1'],
    'the P4 of Berenson et al. (1995), lost update': [
      ...(['lost-update', 3] as const),
      ...['wx=1', 'cx=1>2', 'cx=1>3'],
    ],
    'a read out of thin air (Bouajjani et al., POPL 2017)': ['thin-air-read', 1, 'rx=7'],
  }
  for (const [name, [type, ops, ...texts]] of Object.entries(forbidden))
    test(name, () => {
      const history = programs(...texts)
      const anomaly = anomalyOf(history)
      expect([anomaly.type, anomaly.ops.length]).toEqual([type, ops])
      expect(check(only(history, anomaly.ops), unlimited).valid).toBe(false)
    })
})

describe('sequentially consistent is', () => {
  const allowed: Record<string, readonly string[]> = {
    'a read of the past by another process (Attiya and Welch, 1994)': ['wx=1', 'rx=nil'],
    'a read of what is written later': ['rx=1', 'wx=1'],
    'store buffering with one answer right': ['wx=1 ry=nil', 'wy=1 rx=1'],
    'an indeterminate write that some see and some do not': [
      'wx=1 wx=2?',
      'rx=1 rx=2',
      'rx=1 rx=1',
    ],
    'an indeterminate write that nobody sees': ['wx=1 wx=2?', 'rx=1 rx=1'],
    'a compare-and-set chain read in its order': ['cx=nil>1 cx=2>3', 'cx=1>2', 'rx=1 rx=3'],
  }
  for (const [claim, texts] of Object.entries(allowed))
    test(claim, () => expect(check(programs(...texts), unlimited).valid).toBe(true))

  test('not what is allowed for each key alone', () => {
    for (const key of ['x', 'y']) {
      const texts = ['wx=1 ry=nil', 'wy=1 rx=nil'].map((text) =>
        text
          .split(' ')
          .filter((one) => one[1] === key)
          .join(' '),
      )
      expect(check(programs(...texts), unlimited).valid).toBe(true)
    }
  })

  test('not an indeterminate operation before others of its process', () => {
    const anomaly = anomalyOf(programs('rx=nil wx=1?', 'rx=1 wy=1', 'ry=1 rx=nil'))
    expect(anomaly.summary).toContain('wrote 1 (key x) at event 2, outcome unknown')
    expect(check(programs('rx=1 wx=1?'), unlimited).valid).toBe(false)
  })
})

describe('a proof', () => {
  test('tells the cycle, edge by edge', () => {
    const anomaly = anomalyOf(programs('wx=1 ry=nil', 'wy=1 rx=nil'))
    expect(anomaly.edges?.map(({ from, to, relation }) => [from, relation, to])).toEqual([
      [0, 'process', 2],
      [2, 'rw', 4],
      [4, 'process', 6],
      [6, 'rw', 0],
    ])
    expect(anomaly.edges?.[1]?.why).toBe(
      'process 0 read nil (key y) before process 1 wrote 1 (key y), for nil was there before the first write',
    )
    expect(anomaly.summary).toMatch(/^process 0 wrote 1 \(key x\) at event 0, then read nil/)
  })

  test('tells what an order of two writes follows from', () => {
    const anomaly = anomalyOf(programs('wx=1', 'wx=2', 'rx=1 rx=2', 'rx=2 rx=1'))
    const [first] = anomaly.edges!
    expect(first?.relation).toBe('ww')
    expect(first?.why).toMatch(/because process 2 read 1 \(key x\) before process 2 read 2/)
    expect(anomaly.edges?.slice(2).map(({ relation }) => relation)).toEqual(['process', 'process'])
  })

  test('is found by saturation where the order of two writes follows by way of other keys', () => {
    const reads = ['rx=1 wy=1', 'ry=1 rx=2', 'rx=2 wz=1', 'rz=1 rx=1']
    const verdict = check(programs('wx=1', 'wx=2', ...reads), unlimited)
    expect(verdict).toMatchObject({
      valid: false,
      anomalies: [{ type: 'nonsequential', edges: expect.any(Array) }],
      stats: { rounds: 1, decisions: 0 },
    })
  })

  test('names a thin-air read of each key', () => {
    const verdict = check(programs('rx=7 rx=8 ry=9', 'wx=1 rx=1'), unlimited)
    expect(verdict).toMatchObject({
      anomalies: [{ ops: [0] }, { ops: [4] }],
      stats: { thinAirReads: 3 },
    })
  })

  test('among thousands of operations is a handful of them', () => {
    const history = replicated(5000, 7)
    expect(check(history, unlimited).valid).toBe(true)
    const events = [...history] as EventInput[]
    const at = events.findLastIndex(({ f, type }) => f === 'read' && type === 'ok')
    const { process, key } = events[at]!
    const own = events.filter(
      (event) => event.process === process && event.key === key && event.type === 'ok',
    )
    events[at] = { ...events[at]!, value: own.find(({ value }) => value !== null)!.value }
    const { ops } = anomalyOf(History.from(events))
    expect(ops.length).toBeLessThanOrEqual(8)
  })
})

/** Replicas apply one log of writes, each at its own pace; processes read their replica. */
const replicated = (operations: number, seed: number): History => {
  let random = seed
  const below = (most: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * most)
  }
  const log: { key: number; value: number }[] = []
  const applied = [0, 0, 0, 0, 0, 0]
  return History.from(
    Array.from({ length: operations }, (_, at): EventInput[] => {
      const process = below(6)
      const key = below(5)
      const write = below(2) === 0
      if (write) log.push({ key, value: at })
      applied[process] = write
        ? log.length
        : below(log.length - applied[process]! + 1) + applied[process]!
      const seen = log.slice(0, applied[process]).findLast((entry) => entry.key === key)
      const shared = { process, f: write ? 'write' : 'read', key }
      return [
        { ...shared, type: 'invoke', value: write ? at : null },
        { ...shared, type: 'ok', value: write ? at : (seen?.value ?? null) },
      ]
    }).flat(),
  )
}

describe('the verdict is unknown', () => {
  test('when the limits end the check, with their reason', () => {
    const events = Array.from({ length: 40 }, (_, at) => `${'wr'[at % 2]}x=${at % 3} wy=${at % 3}`)
    const history = programs(...events, 'rx=1 ry=2 rx=0 ry=1 rx=nil')
    let polls = 0
    const limits = { exceeded: () => (++polls > 50 ? 'out of time (1 s)' : undefined) }
    expect(check(history, limits)).toEqual({ valid: 'unknown', reason: 'out of time (1 s)' })
  })

  test('when the model cannot read the history', () => {
    expect(plugin.check(lines('0 invoke add 1', '0 ok add 1'), unlimited)).toMatchObject({
      valid: 'unknown',
      reason: expect.stringContaining('operation 0: f "add"'),
    })
  })
})

test('the initial value and the meaning of a failed compare-and-set are those of the model', () => {
  const failed = lines('0 invoke read', '0 ok read 0', '0 invoke cas [0,1]', '0 fail cas [0,1]')
  expect(check(failed, unlimited).valid).toBe(false)
  expect(sequential(configure({ initial: 0 }))(failed, unlimited).valid).toBe(false)
  const dropping = configure({ initial: 0, failedCas: 'drop' })
  expect(sequential(dropping)(failed, unlimited).valid).toBe(true)
})
