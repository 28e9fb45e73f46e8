import { describe, expect, test } from 'vitest'
import { History } from '../../checkers/history.ts'
import type { Observation } from '../../checkers/ledger.ts'
import { clockOffsets } from './clock-offsets.ts'

const history = (samples: readonly unknown[]) =>
  History.from(
    samples.map((offsets, at) => ({
      type: 'info' as const,
      process: 'nemesis' as const,
      f: 'observe',
      time: at * 1e9,
      value: { kind: 'clock', offsets } as Observation,
    })),
  )

describe('clock offsets', () => {
  test('are absent when nothing was sampled', () => {
    expect(clockOffsets(History.from([]), 10)).toBeUndefined()
  })

  test('are one series a node, with gaps where it did not run', () => {
    expect(clockOffsets(history([{ n2: 0, n1: 0 }, { n1: 5000 }, { n1: 0, n2: -3 }]), 10)).toEqual({
      x: [0, 1, 2],
      nodes: [
        { name: 'n1', ms: [0, 5000, 0] },
        { name: 'n2', ms: [0, null, -3] },
      ],
    })
  })

  test('keep the worst of neighbours in a long run', () => {
    const samples = Array.from({ length: 100 }, (_, at) => ({ n1: at === 42 ? -9000 : 1 }))
    const { x, nodes } = clockOffsets(history(samples), 10)!
    expect(x).toHaveLength(10)
    expect(nodes[0]!.ms.filter((ms) => ms === -9000)).toHaveLength(1)
  })

  test('leave out what has the wrong shape', () => {
    expect(clockOffsets(history([null, 'x', { n1: 'late' }]), 10)).toEqual({
      x: [2],
      nodes: [{ name: 'n1', ms: [null] }],
    })
  })
})
