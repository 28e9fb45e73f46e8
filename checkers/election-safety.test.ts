import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { electionSafety } from './election-safety.ts'
import { type EventInput, History } from './history.ts'
import { lines, only } from './testing/histories.ts'
import { interleavings } from './testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []
const saw = (process: number, value: unknown): string[] => [
  `${process} invoke leader`,
  `${process} ok leader ${JSON.stringify(value)}`,
]
const judge = (...text: readonly string[]): Verdict => electionSafety(lines(...text), unlimited)

test('a leader of each term, seen by many and late, is safe', () => {
  const text = [
    ...saw(0, { term: 1, leader: 'n1' }),
    ...saw(1, { term: 2, leader: 'n2' }),
    ...saw(2, [
      { term: 1, leader: 'n1' },
      { term: 3, leader: null },
    ]),
  ]
  expect(judge(...text)).toEqual({ valid: true, stats: { observed: 3, terms: 2, twoLeaders: 0 } })
})

describe('a term with two leaders is a violation', () => {
  // Ongaro and Ousterhout 2014, figure 3: "at most one leader can be elected in a given term".
  test('that two clients saw', () => {
    const text = [...saw(0, { term: 4, leader: 'n1' }), ...saw(1, { term: 4, leader: 'n3' })]
    expect(found(judge(...text))).toEqual([
      {
        type: 'two-leaders',
        ops: [0, 2],
        elements: ['4'],
        summary:
          '1 term had two leaders: 4; in term 4 process 0 (asking at event 0) saw "n1" lead, and process 1 ' +
          '(asking at event 2) saw "n3" lead',
      },
    ])
  })

  test('that one answer tells', () => {
    const both = [
      { term: 4, leader: 'n1' },
      { term: 4, leader: 'n2' },
    ]
    expect(found(judge(...saw(0, both)))[0]?.ops).toEqual([0])
  })

  test('that the nemesis saw', () => {
    const observed = (leader: string): EventInput => ({
      ...{ process: 'nemesis', type: 'info', f: 'observe' },
      value: { kind: 'leader', term: 2, leader },
    })
    const history = History.from([observed('n1'), observed('n2')])
    expect(found(electionSafety(history, unlimited))[0]?.ops).toEqual([0, 1])
  })
})

test('terms of different keys are different terms; without observations it is unknown', () => {
  const at = (key: string, leader: string) => [
    `0 invoke leader@${key}`,
    `0 ok leader@${key} {"term":1,"leader":"${leader}"}`,
  ]
  expect(judge(...at('x', 'n1'), ...at('y', 'n2')).valid).toBe(true)
  expect(judge('0 invoke leader', '0 fail leader')).toMatchObject({
    reason: 'no leader of a term was observed',
  })
})

test('on random histories it finds exactly the terms with two leaders', () => {
  const call = fc.constant({ f: 'leader', value: null })
  const answer = (_: unknown, pick: number) => ({
    term: pick % 7,
    leader: pick % 9 < 7 ? pick % 7 : 8,
  })
  const split = (history: History): readonly string[] => {
    const all = [...history.operations()]
      .filter(({ outcome }) => outcome === 'ok')
      .map(({ completion }) => completion!.value as { term: number; leader: number })
    const terms = all.filter((a) => all.some((b) => a.term === b.term && a.leader !== b.leader))
    return [...new Set(terms.map(({ term }) => String(term)))].toSorted()
  }
  fc.assert(
    fc.property(interleavings({ call, answer, most: 20 }), (history) => {
      const [anomaly] = found(electionSafety(history, unlimited))
      expect([...(anomaly?.elements ?? [])].toSorted()).toEqual(split(history))
      if (anomaly === undefined) return
      expect(split(only(history, anomaly.ops))).toHaveLength(1)
      for (const op of anomaly.ops)
        expect(
          split(
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
