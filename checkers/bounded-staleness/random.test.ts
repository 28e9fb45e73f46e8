import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundedStaleness } from '../bounded-staleness.ts'
import { unlimited } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import { only } from '../testing/histories.ts'
import { staleByForce } from '../testing/staleness-oracle.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 3000)

/** Histories of one register with unique values whose reads answer with values from the past. */
const histories = fc
  .array(
    fc.record({
      ...{ thread: fc.nat(3), write: fc.boolean(), back: fc.nat(4), fate: fc.nat(19) },
      wait: fc.nat(3),
    }),
    { minLength: 4, maxLength: 20 },
  )
  .map((steps) => {
    const events: EventInput[] = []
    const open = new Map<number, { f: string; value: number | null }>()
    const names = [0, 1, 2, 3]
    const begun: (number | null)[] = [null]
    let time = 0
    let invoked = 0
    for (const { thread, write, back, fate, wait } of steps) {
      const process = names[thread]!
      const pending = open.get(thread)
      time += wait
      if (pending === undefined) {
        if (invoked++ >= 8) continue
        const call = write ? { f: 'write', value: begun.length } : { f: 'read', value: null }
        if (write) begun.push(begun.length)
        events.push({ process, type: 'invoke', time, ...call })
        open.set(thread, call)
        continue
      }
      open.delete(thread)
      const unknown = fate === 0
      const type = unknown ? 'info' : 'ok'
      const value =
        pending.f === 'write' ? pending.value : begun[Math.max(0, begun.length - 1 - back)]!
      events.push({ process, type, time, f: pending.f, value })
      if (unknown) names[thread]! += 4
    }
    return History.from(events)
  })

const numbers = (text: number | string | undefined): number[] =>
  [...String(text).matchAll(/\d+/g)].map(Number)

test('k is that of the definition, or between the bounds', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(histories, (history) => {
      const verdict = boundedStaleness({})(history, unlimited)
      expect(verdict.valid).toBe(true)
      const { versions } = verdict.stats!
      const [atLeast, atMost = atLeast] = numbers(versions)
      const k = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((one) => staleByForce(history, one))!
      const kind = k < 3 ? String(k) : atLeast === atMost ? 'bounds meet' : 'bounds'
      seen.set(kind, (seen.get(kind) ?? 0) + 1)
      if (k <= 2) expect(versions).toBe(k)
      else {
        expect(atLeast).toBeGreaterThanOrEqual(3)
        expect(atLeast).toBeLessThanOrEqual(k)
        expect(atMost).toBeGreaterThanOrEqual(k)
      }
    }),
    { numRuns: runs, seed },
  )
  for (const kind of ['1', '2', 'bounds meet']) expect(seen.get(kind)).toBeGreaterThan(runs / 50)
})

test('the milliseconds are the smallest for which the definition holds', () => {
  const seen = { zero: 0, more: 0 }
  fc.assert(
    fc.property(histories, (ticks) => {
      // Whole milliseconds, so that the answer is one, and never two events at one moment.
      const history = History.from(
        [...ticks].map((event) => ({ ...event, time: event.time * 1e9 + event.index * 1e6 })),
      )
      const { staleByAtMostMs } = boundedStaleness({})(history, unlimited).stats!
      const delta = Math.round(Number(staleByAtMostMs) * 1e6)
      seen[delta === 0 ? 'zero' : 'more']++
      expect(staleByForce(history, 1, delta)).toBe(true)
      if (delta > 0) expect(staleByForce(history, 1, delta - 1)).toBe(false)
    }),
    { numRuns: runs / 2, seed },
  )
  expect(Math.min(seen.zero, seen.more)).toBeGreaterThan(runs / 20)
})

for (const versions of [1, 2, 3])
  test(`a bound of ${versions} versions is judged, and each proof is minimal`, () => {
    let proofs = 0
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = boundedStaleness({ versions })(history, unlimited)
        if (verdict.valid !== 'unknown') expect(verdict.valid).toBe(staleByForce(history, versions))
        else expect(versions).toBeGreaterThan(2)
        if (verdict.valid !== false) return
        proofs++
        const { ops } = verdict.anomalies[0]
        expect(staleByForce(only(history, ops), versions)).toBe(false)
        for (const gone of ops) {
          const rest = only(
            history,
            ops.filter((op) => op !== gone),
          )
          const written = [...rest.operations()].flatMap(({ invoke }) =>
            invoke.f === 'write' ? [invoke.value] : [],
          )
          const complete = [...rest.operations()].every(
            ({ invoke, completion }) =>
              invoke.f === 'write' ||
              completion?.value === null ||
              written.includes(completion?.value),
          )
          if (complete) expect(staleByForce(rest, versions)).toBe(true)
        }
      }),
      { numRuns: runs / 2, seed },
    )
    expect(proofs).toBeGreaterThan(runs / 200)
  })
