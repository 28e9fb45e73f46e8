import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { queueFates } from './testing/basics.ts'
import { lines, only } from './testing/histories.ts'
import { interleavings } from './testing/interleavings.ts'
import { totalQueue, totalQueueWith } from './total-queue.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121
const judge = (...text: readonly string[]): Verdict => totalQueue(lines(...text), unlimited)
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []
const enqueue = (value: number): string[] => [`0 invoke enqueue ${value}`, `0 ok enqueue ${value}`]
const dequeue = (value: number | null): string[] => ['1 invoke dequeue', `1 ok dequeue ${value}`]
const drain = (elements: readonly number[]): string[] => [
  '1 invoke drain',
  `1 ok drain ${JSON.stringify(elements)}`,
]

// jepsen/test/jepsen/checker_test.clj, total-queue-test.
describe("Jepsen's total-queue-test", () => {
  const asJepsen = totalQueueWith({ drained: 'assumed', indeterminate: 'takes-nothing' })

  test('empty', () => {
    expect(judge().valid).toBe(true)
  })

  test('sane', () => {
    const text = [
      ...['1 invoke enqueue 1', '2 invoke enqueue 2', '2 ok enqueue 2'],
      ...['3 invoke dequeue 1', '3 ok dequeue 1', '3 invoke dequeue 2', '3 ok dequeue 2'],
    ]
    expect(asJepsen(lines(...text), unlimited)).toEqual({
      valid: true,
      stats: {
        ...{ attempted: 2, acknowledged: 1, dequeued: 2 },
        ...{ lost: 0, unexpected: 0, duplicated: 0, recovered: 1 },
      },
    })
  })

  const pathological = [
    ...['1 invoke enqueue "hung"', '2 invoke enqueue "enqueued"', '2 ok enqueue "enqueued"'],
    ...['3 invoke enqueue "dup"', '3 ok enqueue "dup"', '4 invoke dequeue'],
    ...['5 invoke dequeue', '5 ok dequeue "wtf"', '6 invoke dequeue', '6 ok dequeue "dup"'],
    ...['7 invoke dequeue', '7 ok dequeue "dup"'],
  ]
  const stats = { attempted: 3, acknowledged: 2, unexpected: 1, duplicated: 1, recovered: 0 }

  test('pathological', () => {
    expect(asJepsen(lines(...pathological), unlimited)).toMatchObject({
      valid: false,
      stats: { ...stats, lost: 1 },
      anomalies: [
        { type: 'lost', elements: ['enqueued'], ops: [1] },
        { type: 'unexpected', elements: ['wtf'], ops: [6] },
      ],
    })
  })

  test('pathological, but the dequeue that hangs may have taken the missing element', () => {
    expect(judge(...pathological)).toMatchObject({ valid: false, stats: { ...stats, lost: 0 } })
  })
})

describe('a queue is a violation when', () => {
  test('an acknowledged element never came out and the queue was empty: it is lost', () => {
    const [anomaly] = found(judge(...enqueue(1), ...enqueue(2), ...drain([1])))
    expect(anomaly).toEqual({
      type: 'lost',
      ops: [2, 4],
      elements: [2],
      summary:
        '1 acknowledged enqueue never came out: 2; 2 was acknowledged to process 0 at event 3, and the ' +
        'queue was empty when process 1 asked at event 4',
    })
  })

  test('more elements are missing than dequeues of unknown outcome can have taken', () => {
    const text = ['2 invoke dequeue', '2 info dequeue !timeout', ...enqueue(1), ...enqueue(2)]
    const verdict = judge(...text, ...dequeue(null))
    expect(verdict).toMatchObject({ valid: false, stats: { lost: 1 } })
    expect(found(verdict)[0]).toMatchObject({ ops: [2, 6], elements: [1, 2] })
    expect(found(verdict)[0]?.summary).toContain('can have taken no more than 1 of them')
  })

  test('an element whose enqueue failed came out', () => {
    const text = ['0 invoke enqueue 1', '0 fail enqueue 1 !refused', ...dequeue(1)]
    expect(found(judge(...text))).toMatchObject([
      {
        type: 'unexpected',
        ops: [2],
        summary: expect.stringContaining('every enqueue of it failed'),
      },
    ])
  })

  test('it promises exactly one delivery and delivers twice', () => {
    const history = lines(...enqueue(1), ...dequeue(1), ...drain([1]))
    expect(totalQueue(history, unlimited)).toMatchObject({ valid: true, stats: { duplicated: 1 } })
    expect(totalQueueWith({ delivery: 'exactly-once' })(history, unlimited)).toMatchObject({
      anomalies: [{ type: 'duplicated', ops: [0, 2, 4], elements: [1] }],
    })
  })
})

describe('a queue is unknown when', () => {
  const reasons: Record<string, readonly [readonly string[], string]> = {
    'it was not drained': [
      enqueue(1),
      'the queue was not shown to be empty after 1 of 1 acknowledged enqueues that never came out (1)',
    ],
    'something came out after it was empty': [
      [...enqueue(1), ...enqueue(2), ...dequeue(null), ...dequeue(2)],
      'the queue was not shown to be empty after 1 of 2 acknowledged enqueues that never came out (1)',
    ],
    'a dequeue of unknown outcome may have taken the element': [
      [...enqueue(1), '2 invoke dequeue', '2 info dequeue !timeout', ...dequeue(null)],
      'dequeues of unknown outcome may have taken what never came out (1)',
    ],
    'a drain of unknown outcome may have taken all': [
      [...enqueue(1), ...enqueue(2), '2 invoke drain', '2 info drain !timeout', ...dequeue(null)],
      'dequeues of unknown outcome may have taken what never came out (1, 2)',
    ],
  }
  for (const [name, [text, reason]] of Object.entries(reasons))
    test(name, () => {
      expect(judge(...text)).toMatchObject({ valid: 'unknown', reason })
    })
})

describe('on random histories', () => {
  const histories = interleavings({
    call: fc.oneof(
      { weight: 4, arbitrary: fc.record({ f: fc.constant('enqueue'), value: fc.nat(2) }) },
      { weight: 4, arbitrary: fc.constant({ f: 'dequeue', value: null }) },
      { weight: 1, arbitrary: fc.constant({ f: 'drain', value: null }) },
    ),
    answer: ({ f, value }, pick) =>
      f === 'enqueue'
        ? value
        : f === 'dequeue'
          ? [0, 1, 2, null][pick % 4]
          : [[], [0], [1], [1, 2], [0, 0]][pick % 5],
    most: 20,
  })

  test('every fate is that of the definition', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = totalQueueWith({ delivery: 'exactly-once' })(history, unlimited)
        const { lost, waiting, unexpected, duplicated } = queueFates(history)
        expect(verdict.stats).toMatchObject({ lost })
        const elements = (type: string) => found(verdict).find((one) => one.type === type)?.elements
        expect((elements('unexpected') ?? []).toSorted()).toEqual(unexpected.toSorted())
        expect((elements('duplicated') ?? []).toSorted()).toEqual(duplicated.toSorted())
        expect(verdict.valid === false).toBe(lost + unexpected.length + duplicated.length > 0)
        if (verdict.valid === true) expect(waiting).toBe(0)
      }),
      { numRuns, seed },
    )
  })

  test('every proof departs by itself; without its answers, or its only enqueue, it does not', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const check = totalQueueWith({ delivery: 'exactly-once' })
        for (const { type, ops } of found(check(history, unlimited))) {
          const departs = (some: readonly number[]): boolean => {
            const fates = queueFates(only(history, some))
            if (type === 'lost') return fates.lost > 0
            return fates[type as 'unexpected' | 'duplicated'].length > 0
          }
          const enqueues = [...only(history, ops).operations()].filter(
            ({ invoke: { f } }) => f === 'enqueue',
          )
          expect(departs(ops)).toBe(true)
          // Copies of one element explain each other: a proof names all of them.
          if (enqueues.length > 1) continue
          for (const op of ops) expect(departs(ops.filter((other) => other !== op))).toBe(false)
        }
      }),
      { numRuns, seed },
    )
  })
})
