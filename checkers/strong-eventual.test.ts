import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import twoPhaseSet from './crdts/2p-set.ts'
import type { Crdt } from './crdts/crdt.ts'
import gCounter from './crdts/g-counter.ts'
import gSet from './crdts/g-set.ts'
import lwwMap from './crdts/lww-map.ts'
import lwwRegister from './crdts/lww-register.ts'
import mvRegister from './crdts/mv-register.ts'
import orSet from './crdts/or-set.ts'
import pnCounter from './crdts/pn-counter.ts'
import type { History, Operation } from './history.ts'
import { strongEventual, strongEventualWith } from './strong-eventual.ts'
import { lines, only } from './testing/histories.ts'
import { replicated, same } from './testing/replicas.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 400)
const seed = 20261121
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []
const update = (process: number, f: string, value: object, chosen: object = {}): string[] => [
  `${process} invoke ${f} ${JSON.stringify(value)}`,
  `${process} ok ${f} ${JSON.stringify(chosen)}`,
]
const read = (process: number, updates: unknown, state: unknown): string[] => [
  `${process} invoke read`,
  `${process} ok read ${JSON.stringify({ updates, state })}`,
]

describe('without a data type', () => {
  test('reads of the same updates in any order that show the same state are valid', () => {
    const text = ['0 invoke add 1', '0 ok add 1', '1 invoke add 2', '1 ok add 2']
    const reads = [...read(0, [1, 2], { a: 1, b: 2 }), ...read(1, [2, 1], { b: 2, a: 1 })]
    expect(strongEventual(lines(...text, ...reads), unlimited).valid).toBe(true)
  })

  // Shapiro et al., SSS 2011, definition 2.3, "strong convergence".
  test('reads of the same updates that show different states have diverged', () => {
    const text = ['0 invoke add 1', '0 ok add 1', ...read(0, [1], 'a'), ...read(1, [1], 'b')]
    expect(found(strongEventual(lines(...text), unlimited))).toMatchObject([
      {
        type: 'divergence',
        ops: [2, 4],
        summary:
          '1 read of the same updates as an earlier one shows another state: with {1}, process 0, reading at ' +
          'event 3, read "a", and process 1, reading at event 5, read "b"',
      },
    ])
  })

  test('version vectors name updates as well', () => {
    const text = [...read(0, { n1: 2, n2: 1 }, 'a'), ...read(1, { n2: 1, n1: 2 }, 'b')]
    expect(found(strongEventual(lines(...text), unlimited))[0]?.type).toBe('divergence')
  })

  test('an update that nobody made, or that failed, is a phantom', () => {
    const failed = ['0 invoke add 1', '0 fail add 1']
    for (const text of [[], failed])
      expect(found(strongEventual(lines(...text, ...read(1, [1], 0)), unlimited))).toMatchObject([
        { type: 'phantom', ops: [text.length] },
      ])
  })

  test('an acknowledged update that a replica does not name in the end is undelivered', () => {
    const text = ['0 invoke add 1', '0 ok add 1', ...read(0, [1], 'a'), ...read(1, [], 'b')]
    expect(found(strongEventual(lines(...text), unlimited))).toMatchObject([
      { type: 'undelivered', ops: [0, 4] },
    ])
  })

  test('reads of another shape, and ids that are not unique, cannot be judged', () => {
    const judged = (...text: readonly string[]) => strongEventual(lines(...text), unlimited)
    expect(judged('0 invoke read', '0 ok read 1')).toMatchObject({
      reason:
        'strong-eventual cannot read this history: the read 0 completed without {"updates", "state"}',
    })
    expect(judged('0 invoke add 1', '1 invoke add 1')).toMatchObject({
      reason:
        'strong-eventual cannot read this history: operation 1: the id 1 is that of operation 0 as well',
    })
  })
})

describe('of a data type', () => {
  const judge = (crdt: Crdt, ...text: readonly string[]): Verdict =>
    strongEventualWith({ crdt })(lines(...text), unlimited)

  // RR-7506, §3.3.5, figure 14: the add that a concurrent remove had not observed wins.
  test('an or-set keeps the add that a concurrent remove had not observed', () => {
    const text = [
      ...update(0, 'add', { id: 'a', value: 1 }),
      ...update(1, 'add', { id: 'b', value: 1 }),
      ...update(0, 'remove', { id: 'r', value: 1 }, { observed: ['a'] }),
    ]
    const ids = ['a', 'b', 'r']
    expect(judge(orSet, ...text, ...read(0, ids, [1]), ...read(1, ids, [1])).valid).toBe(true)
    expect(found(judge(orSet, ...text, ...read(0, ids, []), ...read(1, ids, [])))).toMatchObject([
      {
        type: 'wrong-state',
        ops: [0, 2, 4, 6],
        summary:
          '2 reads of a state that the updates do not lead to: process 0, reading at event 7, read [], but ' +
          'with the updates {"a", "b", "r"} the or-set is {1}',
      },
    ])
  })

  test('equal timestamps leave the choice, but all replicas must choose the same', () => {
    const write = (process: number, value: number) =>
      update(process, 'write', { id: `w${value}`, value, timestamp: 5 })
    const text = [...write(0, 1), ...write(1, 2)]
    const ids = ['w1', 'w2']
    for (const value of [1, 2])
      expect(judge(lwwRegister, ...text, ...read(0, ids, value)).valid).toBe(true)
    const verdict = judge(lwwRegister, ...text, ...read(0, ids, 1), ...read(1, ids, 2))
    expect(found(verdict).map(({ type }) => type)).toEqual(['divergence'])
    expect(found(judge(lwwRegister, ...text, ...read(0, ids, 3)))[0]?.summary).toContain(
      'the lww-register is 1 or 2',
    )
  })

  test('a state is not judged while the part of the replica in an update is unknown', () => {
    const text = ['0 invoke write {"id":1,"value":7}', '0 info write {"id":1,"value":7}']
    expect(judge(lwwRegister, ...text, ...read(1, [1], 8))).toMatchObject({
      valid: true,
      stats: { judgedStates: 0 },
    })
  })

  test('updates of another type cannot be judged', () => {
    expect(judge(gSet, '0 invoke remove {"id":1}')).toMatchObject({
      reason:
        'strong-eventual cannot read this history: operation 0: f "remove": expected read, add',
    })
  })
})

/** The definition, read by read and pair by pair. */
const divergent = (history: History): boolean => {
  const reads = [...history.operations()].filter(({ invoke }) => invoke.f === 'read')
  const value = ({ completion }: Operation) =>
    completion!.value as { updates: readonly number[]; state: unknown }
  return reads.some((a) =>
    reads.some(
      (b) =>
        same(value(a).updates) === same(value(b).updates) &&
        same(value(a).state) !== same(value(b).state),
    ),
  )
}

const undelivered = (history: History): boolean => {
  const all = [...history.operations()]
  const rest = all.findLastIndex(({ invoke: { f } }) => f !== 'read')
  return [0, 1, 2].some((node) => {
    const last = all.slice(rest + 1).findLast(({ invoke }) => invoke.node === `n${node}`)
    if (last === undefined) return false
    const { updates } = last.completion!.value as { updates: readonly number[] }
    return all.some(
      ({ invoke, outcome }) =>
        invoke.f !== 'read' &&
        outcome === 'ok' &&
        !updates.includes((invoke.value as { id: number }).id),
    )
  })
}

const crdts: readonly Crdt[] = [
  ...[lwwRegister, mvRegister, gCounter, pnCounter, gSet, twoPhaseSet, orSet, lwwMap],
]
describe.each(crdts)('on random histories of a $name', (crdt) => {
  test('exactly the wrong states are found, and every proof is minimal', () => {
    fc.assert(
      fc.property(replicated(crdt.name), ({ history, wrong }) => {
        const check = strongEventualWith({ crdt })
        const verdict = check(history, unlimited)
        const types = found(verdict).map(({ type }) => type)
        const judged = [...history.operations()].filter(
          ({ invoke, completion }) => invoke.f === 'read' && isJudged(history, completion!.value),
        )
        const expected = judged.filter(({ invoke }) => wrong.has(invoke.index))
        if (verdict.stats !== undefined) {
          expect(verdict.stats.judgedStates).toBe(judged.length)
          expect(verdict.stats.wrongState).toBe(expected.length)
        }
        expect(types.includes('divergence')).toBe(divergent(history))
        expect(types.includes('undelivered')).toBe(undelivered(history))
        for (const { type, ops } of found(verdict)) {
          const departs = (some: readonly number[]): boolean =>
            found(check(only(history, some), unlimited)).some((one) => one.type === type)
          expect(departs(ops)).toBe(true)
          for (const op of ops) expect(departs(ops.filter((other) => other !== op))).toBe(false)
        }
      }),
      { numRuns, seed },
    )
  })

  const isJudged = (history: History, value: unknown): boolean =>
    (value as { updates: readonly number[] }).updates.every((id) =>
      [...history.operations()].some(
        ({ invoke, completion }) =>
          (invoke.value as { id?: number } | null)?.id === id &&
          (completion!.type === 'ok' ||
            (crdt.updates[invoke.f] ?? []).every((field) =>
              Object.hasOwn(invoke.value as object, field),
            )),
      ),
    )
})
