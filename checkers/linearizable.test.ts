import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Limits, unlimited } from './checker.ts'
import { History } from './history.ts'
import { parts } from './linearizable/part.ts'
import plugin, { linearizable } from './linearizable.ts'
import casRegister, { configure } from './models/cas-register.ts'
import {
  bruteForce,
  lines,
  longHistory,
  only,
  randomHistories,
  type Subject,
} from './testing/histories.ts'
import { casSubject, kvSubject, registerSubject } from './testing/subjects.ts'

const seed = 20261121
const check = linearizable(casRegister)

describe('a register is linearizable when', () => {
  const valid: Record<string, readonly string[]> = {
    'nothing happened to it': ['0 invoke read', '0 ok read null'],
    'a read concurrent with a write sees the old value': [
      '0 invoke write 1',
      '1 invoke read',
      '1 ok read null',
      '0 ok write 1',
    ],
    'a read concurrent with a write sees the new value': [
      '0 invoke write 1',
      '1 invoke read',
      '1 ok read 1',
      '0 ok write 1',
    ],
    'an indeterminate write takes effect much later': [
      '0 invoke write 1',
      '0 info write 1 !timeout',
      '1 invoke read',
      '1 ok read null',
      '1 invoke read',
      '1 ok read 1',
    ],
    'a write that never completed is seen': ['0 invoke write 1', '1 invoke read', '1 ok read 1'],
    'a failed compare-and-set sees what a write left': [
      '0 invoke write 1',
      '0 ok write 1',
      '1 invoke cas [0,2]',
      '1 fail cas [0,2,1]',
    ],
    'a refused compare-and-set carries an error, whatever the value was': [
      '0 invoke write 1',
      '0 ok write 1',
      '1 invoke cas [1,2]',
      '1 fail cas [1,2] !connection refused',
    ],
    'a failed read says nothing': ['0 invoke read', '0 fail read 7 !timeout'],
    'two keys hold different values': [
      '0 invoke write@x 1',
      '0 ok write@x 1',
      '0 invoke read@y',
      '0 ok read@y null',
    ],
    'a write of the value that is there stays a choice': [
      '0 invoke write 1',
      '0 ok write 1',
      '1 invoke write 1',
      '2 invoke write 2',
      '2 ok write 2',
      '3 invoke read',
      '3 ok read 1',
      '1 ok write 1',
    ],
  }
  for (const [claim, text] of Object.entries(valid))
    test(claim, () => expect(check(lines(...text), unlimited).valid).toBe(true))
})

describe('a register is not linearizable when', () => {
  const invalid: Record<string, { text: readonly string[]; says: RegExp; type: string }> = {
    'a read sees an overwritten value': {
      text: [
        '0 invoke write 1',
        '0 ok write 1',
        '0 invoke write 2',
        '0 ok write 2',
        '1 invoke read',
        '1 ok read 1',
      ],
      says: /^process 1 read 1 .* although process 0 wrote 2, acknowledged at event 3; 1 was last/,
      type: 'stale-read',
    },
    'a read sees the initial value after a write': {
      text: ['0 invoke write@a 1', '0 ok write@a 1', '1 invoke read@a', '1 ok read@a null'],
      says: /^key a: process 1 read nil .*; nil is the value before the first write$/,
      type: 'stale-read',
    },
    'reads go back from a value that another read saw': {
      text: [
        '0 invoke write 1',
        '0 ok write 1',
        '0 invoke write 2',
        '1 invoke read',
        '1 ok read 2',
        '2 invoke read',
        '2 ok read 1',
      ],
      says: /^process 2 read 1 .* although process 1 read 2, completed at event 4/,
      type: 'stale-read',
    },
    'a read sees what was compared-and-set away': {
      text: [
        '0 invoke write 1',
        '1 invoke cas [1,2]',
        '1 ok cas [1,2]',
        '2 invoke read',
        '2 ok read 1',
        '0 ok write 1',
      ],
      says: /although process 1 did compare-and-set 1 to 2.* in every order that came after process 0/,
      type: 'stale-read',
    },
    'a read goes back behind a value seen when its writes were over': {
      text: [
        '0 invoke write 1',
        '1 invoke write 2',
        '1 ok write 2',
        '2 invoke read',
        '2 ok read 1',
        '0 ok write 1',
        '2 invoke read',
        '2 ok read 2',
      ],
      says: /^process 2 read 2 .* although process 2 read 1, completed at event 4; 2 was last/,
      type: 'stale-read',
    },
    'a read sees a value from before a write that a compare-and-set pushed behind itself': {
      text: [
        '0 invoke write 1',
        '0 ok write 1',
        '1 invoke cas [1,2]',
        '0 invoke write 3',
        '1 ok cas [1,2]',
        '0 ok write 3',
        '2 invoke read',
        '2 ok read 2',
      ],
      says: /^process 2 read 2 .* although process 0 wrote 3, .*; in every order that came after/,
      type: 'stale-read',
    },
    'a read sees what nobody wrote': {
      text: ['0 invoke read', '0 ok read 7', '1 invoke write 7', '1 ok write 7'],
      says: /^process 0 read 7 .*, although nothing had begun to write 7 by then$/,
      type: 'nonlinearizable',
    },
    'two compare-and-sets take the same value': {
      text: [
        '0 invoke write 1',
        '0 ok write 1',
        '1 invoke cas [1,2]',
        '2 invoke cas [1,3]',
        '1 ok cas [1,2]',
        '2 ok cas [1,3]',
      ],
      says: /^no order of these 3 operations explains them all: /,
      type: 'nonlinearizable',
    },
    'a failed compare-and-set saw an overwritten value': {
      text: [
        '0 invoke write 1',
        '0 ok write 1',
        '0 invoke write 2',
        '0 ok write 2',
        '1 invoke cas [5,6]',
        '1 fail cas [5,6,1]',
      ],
      says: /^process 1 failed to compare-and-set 5 to 6 and saw 1 /,
      type: 'stale-read',
    },
    'a compare-and-set failed although the value was right': {
      text: ['0 invoke write 1', '0 ok write 1', '1 invoke cas [1,2]', '1 fail cas [1,2]'],
      says: /explains them all: process 0 wrote 1 .*; process 1 failed to compare-and-set 1 to 2/,
      type: 'nonlinearizable',
    },
  }
  for (const [claim, { text, says, type }] of Object.entries(invalid))
    test(claim, () => {
      const history = lines(...text)
      const verdict = check(history, unlimited)
      if (verdict.valid !== false) throw new Error(`judged ${verdict.valid}`)
      const [anomaly] = verdict.anomalies
      expect(anomaly.summary).toMatch(says)
      expect(anomaly.type).toBe(type)
      expect(check(only(history, anomaly.ops), unlimited).valid).toBe(false)
    })

  test('a failed compare-and-set is dropped on request', () => {
    const text = ['0 invoke write 1', '0 ok write 1', '1 invoke cas [1,2]', '1 fail cas [1,2]']
    const dropping = linearizable(configure({ failedCas: 'drop' }))
    expect(dropping(lines(...text), unlimited).valid).toBe(true)
  })

  test('the initial value is another one', () => {
    const history = lines('0 invoke read', '0 ok read 0')
    expect(linearizable(configure({ initial: 0 }))(history, unlimited).valid).toBe(true)
    expect(check(history, unlimited).valid).toBe(false)
  })
})

describe('the search agrees with the definition', () => {
  const subjects = { register: registerSubject, 'cas-register': casSubject, kv: kvSubject }
  for (const [name, subject] of Object.entries(subjects))
    test(`on random histories of a ${name}`, () => {
      const checker = linearizable(subject.model)
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(randomHistories(subject as Subject<unknown>, 6), (history) => {
          const linear = bruteForce(history, subject.model)
          seen[`${linear}`]++
          const verdict = checker(history, unlimited)
          expect(verdict.valid).toBe(linear)
          if (verdict.valid !== false) return
          const { ops } = verdict.anomalies[0]
          expect(bruteForce(only(history, ops), subject.model)).toBe(false)
        }),
        { numRuns: Number(process.env.SCHISM_RUNS ?? 15_000), seed },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500)
    })
})

describe('a proof', () => {
  test('of a stale read among thousands of operations is a handful of them', () => {
    const events: string[] = []
    for (let i = 0; i < 2000; i++) {
      const key = i % 5
      events.push(`${key} invoke write@${key} ${i}`, `${key} ok write@${key} ${i}`)
      const seen = i === 1700 ? i - 100 : i
      events.push(`9 invoke read@${key}`, `9 ok read@${key} ${seen}`)
    }
    const verdict = check(lines(...events), unlimited)
    if (verdict.valid !== false) throw new Error('not found')
    const [anomaly] = verdict.anomalies
    expect(anomaly.ops.length).toBe(3)
    expect(anomaly.type).toBe('stale-read')
    expect(anomaly.summary).toContain('key 0: process 9 read 1600')
  })

  for (const [name, subject] of Object.entries({
    register: registerSubject,
    'cas-register': casSubject,
  }))
    test(`of a ${name} loses its force with any of its operations`, () => {
      const { model } = subject
      let proofs = 0
      fc.assert(
        fc.property(randomHistories(subject, 8), (history) => {
          const verdict = linearizable(model)(history, unlimited)
          if (verdict.valid !== false) return
          proofs++
          const { ops } = verdict.anomalies[0]
          const [part] = parts(only(history, ops), model)
          for (const [gone, op] of part!.ops.entries()) {
            // Without what may explain a kept operation the rest is incomplete and proves nothing.
            const explains = part!.ops.some(
              (other, kept) =>
                kept !== gone &&
                !model.pure(op) &&
                part!.end[kept]! > part!.start[gone]! &&
                model.explains!(op, other),
            )
            if (explains) continue
            const rest = ops.filter((_, number) => number !== gone)
            expect(bruteForce(only(history, rest), model)).toBe(true)
          }
        }),
        { numRuns: 5000, seed },
      )
      expect(proofs).toBeGreaterThan(500)
    })

  test('is found for every read that a long right history is made to answer from the past', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (random) => {
        const history = longHistory(random, 400)
        expect(check(history, unlimited).valid).toBe(true)
        const events = [...history]
        const at = events.findIndex(
          ({ f, type, index }) => f === 'read' && type === 'ok' && index > 400,
        )
        const { start } = [...history.operations()]
          .filter(({ completion }) => completion?.index === at)
          .map(({ invoke }) => ({ start: invoke.index }))[0]!
        // The value before last of those written and acknowledged, one after the other, before it.
        const writes = [...history.operations()].filter(
          ({ invoke, completion }) => invoke.f === 'write' && (completion?.index ?? start) < start,
        )
        const newest = writes.at(-1)!
        const old = writes.find(({ completion }) => completion!.index < newest.invoke.index)!
        events[at] = { ...events[at]!, value: old.invoke.value }
        const verdict = check(History.from(events), unlimited)
        if (verdict.valid !== false) throw new Error('not found')
        expect(verdict.anomalies[0].ops.length).toBeLessThanOrEqual(5)
      }),
      { numRuns: 200, seed },
    )
  })
})

describe('limits', () => {
  /**
   * Concurrent writes of repeated values, then reads that make it hard and wrong: 5 became 7 only once,
   * and the other way to 7, from 9, is one to which no way leads.
   */
  const hard = (): History => {
    const text: string[] = []
    for (let i = 0; i < 30; i++) text.push(`${i} invoke cas [${i % 6},${(i * 5 + 1) % 6}]`)
    for (let i = 0; i < 30; i++) text.push(`${i} info cas [${i % 6},${(i * 5 + 1) % 6}] !timeout`)
    for (let i = 30; i < 50; i++) text.push(`${i} invoke write ${i % 6}`)
    for (let i = 30; i < 50; i++) text.push(`${i} ok write ${i % 6}`)
    text.push('61 invoke cas [5,7]', '62 invoke cas [7,5]', '63 invoke cas [9,7]')
    text.push('64 invoke cas [8,9]', '65 invoke cas [9,8]')
    for (const seen of [7, 5, 7]) text.push('60 invoke read', `60 ok read ${seen}`)
    return lines(...text)
  }

  test('end a check as unknown, with the reason and how far it came', () => {
    let polls = 0
    const limits: Limits = { exceeded: () => (++polls > 5 ? 'out of time (1 s)' : undefined) }
    const verdict = check(hard(), limits)
    expect(verdict.valid).toBe('unknown')
    expect(verdict).toMatchObject({
      reason: expect.stringMatching(
        /^out of time \(1 s\): 1 of 1 keys undecided; hardest: .* of 23/,
      ),
    })
  })

  test('are told how many bytes the tables hold, and hold at every bound', () => {
    let most = 0
    const watching: Limits = {
      exceeded: (bytes) => {
        most = Math.max(most, bytes)
        return undefined
      },
    }
    expect(check(hard(), watching).valid).toBe(false)
    expect(most).toBeGreaterThan(20_000)
    for (const share of [0.1, 0.5, 0.9]) {
      const bound = most * share
      let last = 0
      const limits: Limits = {
        exceeded: (bytes) => {
          expect(last).toBeLessThanOrEqual(bound)
          last = bytes
          return bytes > bound ? `out of memory (${bytes} bytes)` : undefined
        },
      }
      expect(check(hard(), limits)).toMatchObject({
        reason: expect.stringMatching(/^out of memory \(\d+ bytes\)/),
      })
    }
  })

  test('do not hide a violation on another key', () => {
    const easy = lines('70 invoke read@z', '70 ok read@z 9')
    const both = History.from(
      [...hard(), ...easy].map(({ index: _, time: __, ...event }) => ({ key: 'h', ...event })),
    )
    let polls = 0
    const limits: Limits = { exceeded: () => (++polls > 20 ? 'out of time' : undefined) }
    expect(check(both, limits).valid).toBe(false)
  })
})

test('a model that cannot read the history answers unknown with the operation', () => {
  const verdict = plugin.check(lines('0 invoke add 1', '0 ok add 1'), unlimited)
  expect(verdict).toMatchObject({
    valid: 'unknown',
    reason: expect.stringContaining('operation 0: f "add": expected read, write or cas'),
  })
})

test('a history of 200,000 operations on one key overflows no stack', () => {
  const events = Array.from({ length: 200_000 }, (_, i) => [
    { process: 0, type: 'invoke' as const, f: 'write', value: i },
    { process: 0, type: 'ok' as const, f: 'write', value: i },
  ]).flat()
  expect(check(History.from(events), unlimited).valid).toBe(true)
})
