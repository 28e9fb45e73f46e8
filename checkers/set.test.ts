import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { set, setWith } from './set.ts'
import { lines } from './testing/histories.ts'

const strict = setWith({ linearizable: true })
const add = (process: number, value: number): string[] => [
  `${process} invoke add ${value}`,
  `${process} ok add ${value}`,
]
const read = (process: number, elements: readonly number[]): string[] => [
  `${process} invoke read`,
  `${process} ok read ${JSON.stringify(elements)}`,
]
const judge = (...text: readonly string[]): Verdict => set(lines(...text), unlimited)
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []

describe('a set is valid when', () => {
  test('the final read holds what was acknowledged', () => {
    const verdict = judge(...add(0, 1), ...add(1, 2), ...read(0, [1, 2]))
    expect(verdict).toMatchObject({ valid: true, stats: { acknowledged: 2, lost: 0, reads: 1 } })
  })

  test('a read that began before an acknowledgement lacks the element', () => {
    const text = ['0 invoke add 1', '1 invoke read', '0 ok add 1', '1 ok read []', ...read(1, [1])]
    expect(judge(...text).valid).toBe(true)
    expect(strict(lines(...text), unlimited).valid).toBe(true)
  })

  test('an add of unknown outcome shows, and counts as recovered', () => {
    const text = ['0 invoke add 1', '0 info add 1 !timeout', ...add(1, 2), ...read(1, [2, 1])]
    expect(judge(...text)).toMatchObject({ valid: true, stats: { recovered: 1, lost: 0 } })
  })

  test('an add of unknown outcome never shows', () => {
    const text = ['0 invoke add 1', '0 info add 1 !timeout', ...add(1, 2), ...read(1, [2])]
    expect(judge(...text).valid).toBe(true)
  })

  test('one of two concurrent final reads lacks an element that the other holds: it is stale', () => {
    const text = [...add(0, 1), '0 invoke read', '1 invoke read', '0 ok read [1]', '1 ok read []']
    expect(judge(...text)).toMatchObject({ valid: true, stats: { stale: 1, lost: 0 } })
    expect(found(strict(lines(...text), unlimited))[0]?.type).toBe('stale-read')
  })
})

describe('a set is a violation when', () => {
  test('the final read lacks an acknowledged element: it is lost', () => {
    const [anomaly] = found(judge(...add(0, 1), ...add(0, 2), ...add(1, 3), ...read(2, [1])))
    expect(anomaly).toMatchObject({ type: 'lost', ops: [2, 6], elements: [2, 3] })
    expect(anomaly?.summary).toMatch(
      /^2 of 3 acknowledged adds are lost: 2, 3, acknowledged from .*; 2 is missing from the read that process 2/,
    )
  })

  test('an element shows and then never again', () => {
    const verdict = judge(...add(0, 1), ...read(1, [1]), ...read(1, []))
    expect(found(verdict)).toMatchObject([{ type: 'lost', ops: [0, 4] }])
  })

  test('an element is there that nobody added', () => {
    const [anomaly] = found(judge(...add(0, 1), ...read(1, [1, 9])))
    expect(anomaly).toMatchObject({ type: 'unexpected', ops: [2], elements: [9] })
    expect(anomaly?.summary).toContain('but nobody ever added it')
  })

  test('an element is there although its add certainly did not happen', () => {
    const text = ['0 invoke add 1', '0 fail add 1 !refused', ...add(1, 2), ...read(1, [1, 2])]
    const [anomaly] = found(judge(...text))
    expect(anomaly).toMatchObject({ type: 'unexpected', ops: [0, 4] })
    expect(anomaly?.summary).toContain('but every add of it failed')
  })

  test('an element is read before its add began', () => {
    const [anomaly] = found(judge(...read(1, [5]), ...add(0, 5), ...read(1, [5])))
    expect(anomaly).toMatchObject({ type: 'unexpected', ops: [0, 2] })
  })

  test('a read holds an element twice', () => {
    expect(found(judge(...add(0, 1), ...read(1, [1, 1])))).toMatchObject([
      { type: 'duplicated', ops: [2], elements: [1] },
    ])
  })

  test('it promised linearizability and an element seen once is missing later', () => {
    const text = ['0 invoke add 1', ...read(1, [1]), ...read(2, []), '0 ok add 1', ...read(1, [1])]
    const [anomaly] = found(strict(lines(...text), unlimited))
    expect(anomaly).toMatchObject({ type: 'stale-read', ops: [0, 1, 3] })
    expect(set(lines(...text), unlimited).valid).toBe(true)
  })

  test('it promised linearizability and an element of unknown outcome shows only once', () => {
    const text = ['0 invoke add 1', '0 info add 1 !timeout', ...read(1, [1]), ...read(2, [])]
    const verdict = strict(lines(...text), unlimited)
    expect(found(verdict)).toMatchObject([{ type: 'lost', ops: [0, 2, 4] }])
    expect(found(verdict)[0]?.summary).toMatch(
      /^1 element that had been there is lost: 1, there at/,
    )
    expect(verdict.stats).not.toHaveProperty('lost.firstAckS')
    expect(set(lines(...text), unlimited).valid).toBe(true)
  })
})

describe('a set is unknown when', () => {
  test('it was never read', () => {
    expect(judge(...add(0, 1))).toMatchObject({
      valid: 'unknown',
      reason: 'the set was never read',
    })
  })

  test('the last adds were never followed by a read', () => {
    expect(judge(...add(0, 1), ...read(0, [1]), ...add(0, 2))).toMatchObject({
      valid: 'unknown',
      reason: 'no read began after 1 of 2 acknowledged adds (2)',
    })
  })

  test('the system did not serve again, so that the last read may have been late', () => {
    const operations = [...add(0, 1), ...read(0, []), ...add(0, 2)]
    const unrecovered = { kind: 'unrecovered', afterMs: 60_000, reason: 'n1 is not ready' }
    const observed = { process: 'nemesis', type: 'info', f: 'observe', value: unrecovered } as const
    const history = History.from([...lines(...operations), observed])
    expect(judge(...operations)).toMatchObject({ valid: false })
    expect(set(history, unlimited)).toMatchObject({
      valid: 'unknown',
      reason: 'no read that could be final began after 2 of 2 acknowledged adds (1, 2)',
    })
    expect(strict(history, unlimited)).toMatchObject({ valid: false })
  })

  test('it holds operations of something else', () => {
    expect(judge('0 invoke write 1')).toMatchObject({
      valid: 'unknown',
      reason: 'set cannot read this history: operation 0: f "write": expected add or read',
    })
  })
})

test('visibility is the time from the acknowledgement to the first read that shows it', () => {
  const events = [
    { process: 0, type: 'invoke', f: 'add', value: 1, time: 0 },
    { process: 0, type: 'ok', f: 'add', value: 1, time: 5e6 },
    { process: 0, type: 'invoke', f: 'read', value: null, time: 6e6 },
    { process: 0, type: 'ok', f: 'read', value: [1], time: 9.5e6 },
  ] as const
  expect(set(History.from(events), unlimited).stats).toMatchObject({ 'visibleMs.p50': 4.5 })
})

/** A right set on random interleavings, and the same with elements taken out of one answer. */
const play = (steps: readonly (readonly [thread: number, late: boolean])[]): EventInput[] => {
  const events: EventInput[] = []
  const elements = new Set<number>()
  const open = new Map<number, { f: string; value: number | null; done: boolean }>()
  steps.forEach(([thread, late], at) => {
    const pending = open.get(thread)
    if (pending === undefined) {
      const call = at % 5 === 4 ? { f: 'read', value: null } : { f: 'add', value: at }
      events.push({ process: thread, type: 'invoke', ...call })
      if (!late && call.value !== null) elements.add(call.value)
      open.set(thread, { ...call, done: !late })
      return
    }
    open.delete(thread)
    if (pending.value !== null) elements.add(pending.value)
    const value = pending.value ?? [...elements]
    events.push({ process: thread, type: 'ok', f: pending.f, value })
  })
  const all = [...elements, ...[...open.values()].flatMap(({ value }) => value ?? [])]
  events.push({ process: 99, type: 'invoke', f: 'read', value: null })
  events.push({ process: 99, type: 'ok', f: 'read', value: [...new Set(all)] })
  return events
}
const steps = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 40 })

describe('on random histories', () => {
  test('a right set is never a violation, strict or not', () => {
    fc.assert(
      fc.property(steps, (some) => {
        const history = History.from(play(some))
        expect(set(history, unlimited).valid).toBe(true)
        expect(strict(history, unlimited).valid).toBe(true)
      }),
      { numRuns: 5000, seed: 20261121 },
    )
  })

  test('an element taken out of the final read is lost exactly when it was acknowledged', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (some, pick) => {
        const events = play(some)
        const final = events.at(-1)!
        const elements = final.value as number[]
        if (elements.length === 0) return
        const gone = elements[pick % elements.length]!
        const broken = [
          ...events.slice(0, -1),
          { ...final, value: elements.filter((e) => e !== gone) },
        ]
        const acked = events.some(
          ({ type, f, value }) => type === 'ok' && f === 'add' && value === gone,
        )
        const verdict = set(History.from(broken), unlimited)
        expect(found(verdict).map(({ type, elements: lost }) => [type, lost])).toEqual(
          acked ? [['lost', [gone]]] : [],
        )
      }),
      { numRuns: 5000, seed: 20261121 },
    )
  })
})

test('a million elements are judged in seconds', () => {
  const n = 1_000_000
  const events: EventInput[] = []
  for (let i = 0; i < n; i++) {
    events.push({ process: i % 8, type: 'invoke', f: 'add', value: i })
    events.push({ process: i % 8, type: 'ok', f: 'add', value: i })
  }
  const kept = Array.from({ length: n }, (_, i) => i).filter((i) => i % 1000 !== 0)
  for (const process of [8, 9, 10]) {
    events.push({ process, type: 'invoke', f: 'read', value: null })
    events.push({ process, type: 'ok', f: 'read', value: kept })
  }
  const history = History.from(events)
  const start = performance.now()
  const [anomaly] = found(set(history, unlimited))
  expect(performance.now() - start).toBeLessThan(10_000)
  expect(anomaly?.summary).toMatch(/^1000 of 1000000 acknowledged adds are lost: 0, 1000, 2000/)
  expect(anomaly?.elements?.length).toBe(1000)
})
