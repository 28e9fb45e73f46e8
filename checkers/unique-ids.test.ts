import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { idsGivenTwice } from './testing/basics.ts'
import { lines, only } from './testing/histories.ts'
import { interleavings } from './testing/interleavings.ts'
import { uniqueIds } from './unique-ids.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121
const given = (process: number, id: unknown): string[] => [
  `${process} invoke generate`,
  `${process} ok generate ${JSON.stringify(id)}`,
]

test('ids of any kind that differ are unique', () => {
  const text = [...given(0, 1), ...given(1, '1'), ...given(0, ['n1', 1]), ...given(0, 'a')]
  expect(uniqueIds(lines(...text), unlimited)).toEqual({
    valid: true,
    stats: { attempted: 4, acknowledged: 4, duplicated: 0 },
  })
})

// Jepsen's own `unique-ids` docstring: all ok :generate operations must have distinct values.
test('an id given twice is duplicated, and both operations are named', () => {
  const text = [...given(0, 7), ...given(1, 8), ...given(2, 7), ...given(3, 7)]
  expect(uniqueIds(lines(...text), unlimited)).toMatchObject({
    valid: false,
    stats: { duplicated: 1, lowest: 7, highest: 8 },
    anomalies: [
      {
        type: 'duplicated',
        ops: [0, 4],
        elements: [7],
        summary:
          '1 id given more than once: 7; 7 was given 3 times, first to process 0 at event 1 and then ' +
          'to process 2 at event 5',
      },
    ],
  })
})

describe('it is unknown when', () => {
  const reasons: Record<string, readonly [readonly string[], string]> = {
    'no id was generated': [['0 invoke generate', '0 fail generate'], 'no id was generated'],
    'an answer has no id': [
      given(0, null),
      'unique-ids cannot read this history: operation 0: generate completed without an id',
    ],
    'it holds other operations': [
      ['0 invoke read'],
      'unique-ids cannot read this history: operation 0: f "read": expected generate',
    ],
  }
  for (const [name, [text, reason]] of Object.entries(reasons))
    test(name, () => {
      expect(uniqueIds(lines(...text), unlimited)).toMatchObject({ valid: 'unknown', reason })
    })
})

test('on random histories it finds exactly the ids given twice, with minimal proofs', () => {
  const histories = interleavings({
    call: fc.constant({ f: 'generate', value: null }),
    answer: (_, pick) => (pick % 8 === 0 ? 'a' : pick),
    most: 24,
  })
  fc.assert(
    fc.property(histories, (history) => {
      const verdict = uniqueIds(history, unlimited)
      const [anomaly] = verdict.valid === false ? verdict.anomalies : []
      const expected = idsGivenTwice(history)
      expect((anomaly?.elements ?? []).toSorted()).toEqual(expected.toSorted())
      if (anomaly === undefined) return
      expect(idsGivenTwice(only(history, anomaly.ops))).toHaveLength(1)
      for (const op of anomaly.ops)
        expect(
          idsGivenTwice(
            only(
              history,
              anomaly.ops.filter((o) => o !== op),
            ),
          ),
        ).toEqual([])
    }),
    { numRuns, seed },
  )
})
