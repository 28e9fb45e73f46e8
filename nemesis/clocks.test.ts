import { describe, expect, test } from 'vitest'
import type { Fault, Topology } from '../harness/api.ts'
import { random } from '../harness/random.ts'
import clockDrift from './clock-drift.ts'
import clockJump from './clock-jump.ts'
import clockStrobe from './clock-strobe.ts'

const topology = (hasPrimaries: boolean): Topology => ({
  members: ['n1', 'n2', 'n3'].map((name) => ({ name, role: 'server', serves: true })),
  hasPrimaries,
})
const faults: Readonly<
  Record<
    string,
    Pick<Fault, 'schema'> & {
      plan: typeof clockJump.plan | typeof clockDrift.plan | typeof clockStrobe.plan
    }
  >
> = {
  'clock-jump': clockJump,
  'clock-drift': clockDrift,
  'clock-strobe': clockStrobe,
}

describe('plans of clock faults', () => {
  for (const [name, { plan, schema }] of Object.entries(faults)) {
    test(`${name}: all are valid, and one seed gives one plan`, () => {
      for (let seed = 0; seed < 200; seed++) {
        const made = plan(topology(seed % 2 === 0), random(seed), seed % 5)
        expect(schema.safeParse(made).success).toBe(true)
        expect(plan(topology(seed % 2 === 0), random(seed), seed % 5)).toEqual(made)
      }
    })

    test(`${name}: the first hits the primary, where there is one`, () => {
      expect(plan(topology(true), random(1), 0).targets).toBe('primary')
      expect(plan(topology(false), random(1), 0).targets).not.toBe('primary')
    })
  }

  test('clock-jump: the first are of the size of leases, in both directions', () => {
    const sizes = Array.from(
      { length: 100 },
      (_, seed) => clockJump.plan(topology(true), random(seed), 0).ms,
    )
    expect(sizes.every((ms) => Math.abs(ms) >= 2000 && Math.abs(ms) <= 60_000)).toBe(true)
    expect(new Set(sizes.map(Math.sign))).toEqual(new Set([-1, 1]))
  })

  test('a fault that would do nothing, or go beyond its limits, is refused', () => {
    const targets = 'all'
    expect(clockJump.schema.safeParse({ targets, ms: 0 }).error?.issues[0]?.message).toMatch(/none/)
    expect(clockJump.schema.safeParse({ targets, ms: 1e12 }).success).toBe(false)
    expect(clockDrift.schema.safeParse({ targets, ppm: -1_000_000 }).success).toBe(false)
    expect(clockStrobe.schema.safeParse({ targets, ms: 5, periodMs: 0 }).success).toBe(false)
    expect(
      clockJump.schema.safeParse({ targets, ms: 5, monotonic: true, process: 'java' }).success,
    ).toBe(true)
  })
})
