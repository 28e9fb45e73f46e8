import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeader, encodeHeader, noShift, noShifts, type Shift, told } from './header.ts'
import { changed, headerOf, type SetSkew, type Skews, shiftOf, unskewed } from './skews.ts'

const big = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
const shift: fc.Arbitrary<Shift> = fc.record({
  t0: big,
  offset: big,
  rate: big,
  half: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  amplitude: big,
})
const since = (s: number) => ({ wall: BigInt(s) * 1_000_000_000n, monotonic: BigInt(s) })
const set = (skew: SetSkew['skew'], s = 0, scope = {}): SetSkew => ({
  skew,
  scope,
  since: since(s),
})
/** ms ahead at a second. */
const ahead = (skews: Skews, s: number) => {
  const t = since(s).wall
  return Number(told(t, shiftOf(skews, 'wall')) - t) / 1e6
}

describe('a header', () => {
  test('says in the slot that counts what it was given', () => {
    fc.assert(
      fc.property(fc.nat(1000), shift, shift, (counter, wall, monotonic) => {
        const shifts = { wall, monotonic }
        expect(decodeHeader(encodeHeader(counter, shifts, noShifts))).toEqual(shifts)
        expect(decodeHeader(encodeHeader(counter + 1, noShifts, shifts))).toEqual(noShifts)
      }),
    )
  })

  test('changes in the slot that did not count and in its first byte alone', () => {
    const [first, second] = [set({ kind: 'jump', ms: 1 }), set({ kind: 'jump', ms: 2 })]
    const before = changed(unskewed, 'jump', first)
    const after = changed(before, 'jump', second)
    const [a, b] = [headerOf(before, 'x'), headerOf(after, 'x')]
    const slot = (header: Buffer, n: number) => header.subarray(16 + 96 * n, 16 + 96 * (n + 1))
    expect(slot(b, 1)).toEqual(slot(a, 1))
    expect(slot(b, 0)).not.toEqual(slot(a, 0))
    expect([a[0], b[0]]).toEqual([1, 2])
  })
})

describe('the time told', () => {
  test('never lies before the first', () => {
    expect(told(5n, { ...noShift, offset: -10n })).toBe(0n)
  })

  test('is ahead by the sum of all skews, whichever came first', () => {
    const jump = set({ kind: 'jump', ms: 1000 }, 3)
    const drift = set({ kind: 'drift', ppm: 100_000 }, 10)
    const strobe = set({ kind: 'strobe', ms: 50, periodMs: 2000 }, 20)
    expect(ahead([jump], 100)).toBe(1000)
    expect(ahead([jump, drift], 10)).toBe(1000)
    expect(ahead([jump, drift], 20)).toBeCloseTo(2000, 3)
    for (const order of [
      [jump, drift, strobe],
      [strobe, drift, jump],
    ]) {
      expect(ahead(order, 20)).toBeCloseTo(2050, 3)
      expect(ahead(order, 22)).toBeCloseTo(2200, 3)
      expect(ahead(order, 24)).toBeCloseTo(2450, 3)
    }
  })

  test('reaches monotonic clocks, and processes, that are meant', () => {
    const skews = changed(
      unskewed,
      'jump',
      set({ kind: 'jump', ms: 1 }, 0, { process: 'redis-server' }),
    )
    expect(decodeHeader(headerOf(skews, 'redis-server')).wall.offset).toBe(1_000_000n)
    expect(decodeHeader(headerOf(skews, 'redis-server')).monotonic).toEqual(noShift)
    expect(decodeHeader(headerOf(skews, 'sh')).wall).toEqual(noShift)
    const both = changed(unskewed, 'jump', set({ kind: 'jump', ms: 1 }, 0, { monotonic: true }))
    expect(decodeHeader(headerOf(both, 'sh')).monotonic.offset).toBe(1_000_000n)
  })
})
