import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { latency } from './latency.ts'
import { lines } from './testing/histories.ts'

const operation = (ms: number, took: number, type: 'ok' | 'info', f = 'read'): EventInput[] => [
  { process: ms, type: 'invoke', f, value: null, time: ms * 1e6 },
  { process: ms, type, f, value: null, time: (ms + took) * 1e6 },
]
const fault = (ms: number, phase: string, type: 'invoke' | 'ok'): EventInput => ({
  ...{ process: 'nemesis', type, f: 'kill', time: ms * 1e6 },
  value: { phase, episode: 1, evidence: { held: true, summary: '' } },
})

describe('latencies are told', () => {
  test('by operation, outcome and time', () => {
    const history = History.from([
      ...operation(0, 5, 'ok'),
      ...operation(10, 7, 'ok'),
      fault(20, 'inject', 'invoke'),
      ...operation(30, 500, 'info', 'write'),
      fault(530, 'healed', 'ok'),
      ...operation(1990, 10, 'ok'),
    ])
    expect(latency(history, unlimited)).toEqual({
      valid: true,
      stats: {
        ...{
          'perSecond.ok': 1.5,
          'perSecond.ok.max': 2,
          'perSecond.info': 0.5,
          'perSecond.info.max': 1,
        },
        ...{ 'count.read.ok.before': 2, 'latencyMs.read.ok.before.p50': 5 },
        ...{ 'latencyMs.read.ok.before.p99': 7, 'latencyMs.read.ok.before.max': 7 },
        ...{ 'count.read.ok.after': 1, 'latencyMs.read.ok.after.p50': 10 },
        ...{ 'latencyMs.read.ok.after.p99': 10, 'latencyMs.read.ok.after.max': 10 },
        ...{ 'count.write.info.during': 1, 'latencyMs.write.info.during.p50': 500 },
        ...{ 'latencyMs.write.info.during.p99': 500, 'latencyMs.write.info.during.max': 500 },
      },
    })
  })

  test('as unknown where there are no times', () => {
    expect(latency(lines('0 invoke read', '0 ok read 1'), unlimited)).toMatchObject({
      valid: 'unknown',
      reason: 'latencies need times, and the events have none',
    })
  })
})
