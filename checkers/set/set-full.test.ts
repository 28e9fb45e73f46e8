import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from '../checker.ts'
import { type EventInput, History, type Operation } from '../history.ts'
import { setWith } from '../set.ts'
import { lines, only } from '../testing/histories.ts'
import { interleavings } from '../testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 2500)
const seed = 20261121
const set = setWith({})
const strict = setWith({ linearizable: true })

/** One millisecond an event, as in `checker_test.clj`. */
const at = (...text: readonly string[]): History =>
  History.from(
    [...lines(...text)].map(({ index: _, ...event }, ms) => ({ ...event, time: ms * 1e6 })),
  )
const judge = (...text: readonly string[]): Verdict => set(at(...text), unlimited)

// jepsen/test/jepsen/checker_test.clj, set-full-test.
describe("Jepsen's set-full-test", () => {
  const [a, acked] = ['0 invoke add 0', '0 ok add 0']
  const [r, present, lacking] = ['1 invoke read', '1 ok read [0]', '1 ok read []']

  test('never read', () => {
    expect(judge(a, acked)).toMatchObject({
      valid: 'unknown',
      stats: { attempted: 1, neverRead: 1, stable: 0, lost: 0, stale: 0, duplicated: 0 },
    })
  })

  test('never confirmed, never read', () => {
    expect(judge(a, r, lacking)).toMatchObject({
      valid: 'unknown',
      reason: 'no element was acknowledged or seen',
      stats: { stable: 0, lost: 0, stale: 0 },
    })
  })

  test.each([
    ['concurrent read before', [r, a, present, acked]],
    ['concurrent read outside', [r, a, acked, present]],
    ['concurrent read inside', [a, r, present, acked]],
    ['concurrent read after', [a, r, acked, present]],
    ['subsequent read', [a, acked, r, present]],
  ])('successful read either concurrently or after: %s', (_, text) => {
    expect(judge(...text)).toMatchObject({
      valid: true,
      stats: { attempted: 1, stable: 1, lost: 0, stale: 0, neverRead: 0, 'stableMs.max': 0 },
    })
  })

  test('absent read after', () => {
    expect(judge(a, acked, r, lacking)).toMatchObject({
      valid: false,
      stats: { attempted: 1, stable: 0, lost: 1, stale: 0, neverRead: 0, 'lostMs.max': 0 },
    })
  })

  test.each([
    ['before', [r, a, lacking, acked]],
    ['outside', [r, a, acked, lacking]],
    ['inside', [a, r, lacking, acked]],
    ['after', [a, r, acked, lacking]],
  ])('absent read concurrently: %s', (_, text) => {
    expect(judge(...text)).toMatchObject({
      valid: 'unknown',
      stats: { attempted: 1, stable: 0, lost: 0, stale: 0, neverRead: 1 },
    })
  })

  test('write, present, missing', () => {
    const read = (elements: string) => ['2 invoke read', `2 ok read ${elements}`]
    const text = ['0 invoke add 0', '1 invoke add 1', ...read('[1]'), '0 ok add 0', '1 ok add 1']
    expect(judge(...text, ...read('[0,1]'), ...read('[0]'), ...read('[]'))).toMatchObject({
      valid: false,
      stats: { attempted: 2, stable: 0, lost: 2, stale: 0, 'lostMs.p50': 3, 'lostMs.max': 4 },
      anomalies: [{ type: 'lost', elements: [0, 1] }],
    })
  })

  /*
   * Jepsen has 0 lost here: the read of process 3, invoked last, lacks it. But process 2's read, which holds
   * it, ended later, so 0 was there once more after that: it is stale, as 1 is.
   */
  test('write, flutter, stable/lost', () => {
    const text = [
      ...['0 invoke add 0', '0 ok add 0', '1 invoke add 1', '2 invoke read', '2 ok read [1]'],
      ...['1 ok add 1', '2 invoke read', '3 invoke read', '3 ok read [1]', '2 ok read [0]'],
    ]
    expect(judge(...text)).toMatchObject({
      valid: true,
      stats: { attempted: 2, stable: 2, lost: 0, stale: 2, 'stableMs.p50': 2, 'stableMs.max': 6 },
    })
    expect(strict(at(...text), unlimited)).toMatchObject({
      anomalies: [{ type: 'stale-read', elements: [0, 1] }],
    })
  })
})

type Fate = 'lost' | 'stale' | undefined

/** The definition, element by element and read by read. */
const fateOf = (history: History, element: number, linearizable: boolean): Fate => {
  const all = [...history.operations()]
  const reads = all.filter(({ invoke, outcome }) => invoke.f === 'read' && outcome === 'ok')
  const holds = ({ completion }: Operation): boolean =>
    (completion!.value as number[]).includes(element)
  const known = (read: Operation): boolean =>
    all.some(
      (one) =>
        one.outcome === 'ok' &&
        one.completion!.index < read.invoke.index &&
        (one.invoke.f === 'add' ? one.invoke.value === element : linearizable && holds(one)),
    )
  const lacking = reads.filter((read) => known(read) && !holds(read))
  const lost = lacking.some(
    ({ invoke }) => !reads.some((read) => holds(read) && read.completion!.index > invoke.index),
  )
  return lost ? 'lost' : lacking.length > 0 ? 'stale' : undefined
}

const histories = interleavings({
  call: fc.oneof(
    fc.record({ f: fc.constant('add'), value: fc.nat(2) }),
    fc.constant({ f: 'read', value: null }),
  ),
  answer: ({ f, value }, pick) =>
    f === 'add' ? value : [0, 1, 2].filter((element) => ((pick % 8) >> element) & 1),
  most: 20,
})

describe.each([false, true])('on random histories, linearizable: %s', (linearizable) => {
  test('elements are lost and stale exactly as by definition, and every proof departs by itself', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = setWith({ linearizable })(history, unlimited)
        const anomalies = verdict.valid === false ? verdict.anomalies : []
        const elements = (type: string) =>
          (anomalies.find((one) => one.type === type)?.elements ?? []).toSorted()
        const expected = (fate: Fate) =>
          [0, 1, 2].filter((element) => fateOf(history, element, linearizable) === fate)
        expect(elements('lost')).toEqual(expected('lost'))
        expect(elements('stale-read')).toEqual(linearizable ? expected('stale') : [])
        expect(verdict.stats).toMatchObject({ stale: expected('stale').length })
        for (const { type, ops } of anomalies) {
          if (type !== 'lost') continue
          const departs = (some: readonly number[]): boolean =>
            [0, 1, 2].some(
              (element) => fateOf(only(history, some), element, linearizable) === 'lost',
            )
          expect(departs(ops)).toBe(true)
        }
      }),
      { numRuns, seed },
    )
  })
})

test('a lagging replica costs no more than its answers are long', () => {
  const events: EventInput[] = []
  const count = 20_000
  for (let i = 0; i < count; i++) {
    events.push({ process: 0, type: 'invoke', f: 'add', value: i })
    events.push({ process: 0, type: 'ok', f: 'add', value: i })
  }
  for (let i = 0; i < count; i++) {
    events.push({ process: 1, type: 'invoke', f: 'read', value: null })
    events.push({ process: 1, type: 'ok', f: 'read', value: [] })
  }
  const history = History.from(events)
  const start = performance.now()
  expect(set(history, unlimited).stats).toMatchObject({ lost: count })
  expect(performance.now() - start).toBeLessThan(2000)
})
