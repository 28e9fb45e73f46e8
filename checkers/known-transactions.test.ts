/** Checkers whose transactions are known: long forks, write skew, dirty reads, causal reverse, growing lists. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { causalReverse } from './causal-reverse.ts'
import { type Checker, unlimited } from './checker.ts'
import { dirtyReads } from './dirty-read.ts'
import type { History } from './history.ts'
import { longFork } from './long-fork.ts'
import { monotonic } from './monotonic.ts'
import { by, fail, historiesOf, info } from './testing/transactions.ts'
import { typesOf } from './testing/verdicts.ts'
import { writtenOnceHistories } from './testing/written-once.ts'
import { writeSkew, writeSkewAt } from './write-skew.ts'

const { oneByOne: history, concurrent: concurrently } = historiesOf('rw-register')
const lists = historiesOf('list-append').oneByOne

const numRuns = Number(process.env.SCHISM_RUNS ?? 2000)

const of = (checker: Checker, one: History) => typesOf(checker(one, unlimited))

/** A transaction that committed: what it read before it wrote, and wrote. */
interface Done {
  readonly start: number
  readonly end: number
  readonly reads: ReadonlyMap<string, unknown>
  readonly writes: readonly string[]
}

const done = (one: History): readonly Done[] =>
  [...one.operations()].flatMap(({ invoke, completion, outcome }) => {
    if (outcome !== 'ok') return []
    const steps = completion!.value as readonly (readonly [string, string, unknown])[]
    return [
      {
        start: invoke.index,
        end: completion!.index,
        reads: new Map(
          steps.flatMap(([f, key, value]) => (f === 'r' ? [[key, value] as const] : [])),
        ),
        writes: steps.flatMap(([f, key]) => (f === 'w' ? [key] : [])),
      },
    ]
  })

const pairs = <T>(all: readonly T[]): readonly (readonly [T, T])[] =>
  all.flatMap((one) => all.flatMap((other) => (one === other ? [] : [[one, other] as const])))

/** Both ways on random histories: exactly those that the definition says. */
const agrees = (checker: Checker, type: string, definition: (all: readonly Done[]) => boolean) =>
  fc.assert(
    fc.property(writtenOnceHistories, (one) => {
      expect(of(checker, one).includes(type)).toBe(definition(done(one)))
    }),
    { numRuns },
  )

describe('long-fork', () => {
  test('two reads that each miss what the other one saw', () => {
    const one = history('wx1', 'wy1', 'rx1 ry', 'rx ry1')
    expect(longFork(one, unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'long-fork',
          ops: [0, 2, 4, 6],
          summary:
            'operation 4 saw x written and y not, operation 6 saw y written and x not: ' +
            'no order of the two writes explains both',
        },
      ],
    })
  })

  test('reads one behind the other are fine, and so are groups of other keys', () => {
    expect(of(longFork, history('wx1', 'wy1', 'rx1 ry', 'rx1 ry1', 'rx rz', 'ry rz'))).toEqual([])
  })

  test('reads of one key alone are none that could fork', () => {
    const { stats } = longFork(history('wx1', 'wy1', 'rx1', 'rx1 ry1'), unlimited)
    expect(stats).toEqual({ reads: 1, forks: 0 })
  })

  test('what is written twice leaves it unknown', () => {
    expect(longFork(history('wx1', 'wx2', 'rx1 ry'), unlimited)).toMatchObject({
      reason: 'operation 0 and operation 2 both write x: expected every key once at most',
    })
  })

  test('agrees with the definition', () => {
    const only = (all: readonly Done[]) =>
      all.filter(({ reads, writes }) => writes.length === 0 && reads.size > 1)
    const sees = ({ reads }: Done, key: string): boolean => reads.get(key) !== null
    agrees(longFork, 'long-fork', (all) =>
      pairs(only(all)).some(([one, other]) => {
        const keys = [...one.reads.keys()]
        if (keys.join() !== [...other.reads.keys()].join()) return false
        const ahead = (a: Done, b: Done) => keys.some((key) => sees(a, key) && !sees(b, key))
        return ahead(one, other) && ahead(other, one)
      }),
    )
  })
})

describe('write-skew', () => {
  test('two transactions that each miss what the other one writes', () => {
    expect(writeSkew(concurrently('rx ry wx1', 'rx ry wy1'), unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'write-skew',
          ops: [0, 1],
          edges: [
            { from: 0, to: 1, relation: 'rw' },
            { from: 1, to: 0, relation: 'rw' },
          ],
        },
      ],
    })
  })

  test('is counted, and no violation, where the level allows it', () => {
    const skew = concurrently('rx ry wx1', 'rx ry wy1')
    const at = (level: string) => writeSkewAt(level)(skew, unlimited)
    expect(at('snapshot-isolation')).toMatchObject({ valid: true, stats: { 'write-skew': 1 } })
    for (const level of ['repeatable-read', 'serializable', 'strict-serializable'])
      expect(at(level).valid).toBe(false)
  })

  test('one after the other is fine', () => {
    expect(of(writeSkew, history('rx ry wx1', 'rx1 ry wy1'))).toEqual([])
    expect(of(writeSkew, history('rx ry wx1', fail('rx ry wy1')))).toEqual([])
  })

  test('agrees with the definition', () => {
    agrees(writeSkew, 'write-skew', (all) =>
      pairs(all).some(([one, other]) => {
        const misses = (a: Done, b: Done) => b.writes.some((key) => a.reads.get(key) === null)
        return misses(one, other) && misses(other, one)
      }),
    )
  })
})

describe('dirty-read', () => {
  test('a read of what a failed transaction wrote', () => {
    expect(dirtyReads(history(fail('wx1 wy1'), 'rx1 ry1'), unlimited)).toMatchObject({
      anomalies: [{ type: 'dirty-read', ops: [0, 2] }],
    })
  })

  test('a read of rows from two transactions that set both', () => {
    const one = history('wx1 wy1', 'wy2 wx2', 'ry2 rx1')
    expect(dirtyReads(one, unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'inconsistent-read',
          ops: [0, 2, 4],
          summary:
            'operation 4 read y = 2 and x = 1: operation 2 and operation 0 set both rows together',
        },
      ],
    })
    expect(of(dirtyReads, history('wx1 wy1', 'rx1 ry'))).toEqual(['inconsistent-read'])
  })

  test('rows that are not set together may differ', () => {
    expect(of(dirtyReads, history('wx1 wy1', 'wx2', 'rx2 ry1'))).toEqual([])
    expect(of(dirtyReads, history('wx1 wy1', 'wx2 wy2', 'rx2 ry2', 'rx1 ry1'))).toEqual([])
  })

  test('what a transaction reads of its own writes is no row of another one', () => {
    expect(of(dirtyReads, history('wx1 wy1', 'wx2 rx2 ry1 wy2'))).toEqual([])
  })

  test('rows that are set together may stand beside others', () => {
    const one = history('wx1 wy1', 'wx2 wy2', 'wz3', 'rz3 rx1 ry2')
    expect(of(dirtyReads, one)).toEqual(['inconsistent-read'])
  })

  test('what is written twice leaves it unknown', () => {
    expect(dirtyReads(history(fail('wx1'), 'wx1', 'rx1'), unlimited)).toMatchObject({
      reason: 'operation 0 and operation 2 both write 1 to x: expected every value of a key once',
    })
    expect(of(dirtyReads, history('wx1 wy1', 'wx1', 'wx2 wy2', 'rx1 ry2'))).toEqual([])
  })

  test('agrees with the definition on rows that are all set together', () => {
    const act = fc.record({
      fails: fc.nat(4),
      shown: fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }),
    })
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 5 }), (acts) => {
        const writes = acts.map(({ fails }, at) =>
          fails === 0 ? fail(`wx${at + 1} wy${at + 1}`) : `wx${at + 1} wy${at + 1}`,
        )
        const text = (value: number): string =>
          value === 0 || value > acts.length ? '' : String(value)
        const reads = acts.map(({ shown: [x, y] }) => `rx${text(x!)} ry${text(y!)}`)
        const shown = acts.map((one) => one.shown.map(text))
        const found = of(dirtyReads, history(...writes, ...reads))
        expect(found.includes('inconsistent-read')).toBe(shown.some(([x, y]) => x !== y))
        const failed = acts.flatMap(({ fails }, at) => (fails === 0 ? [String(at + 1)] : []))
        expect(found.includes('dirty-read')).toBe(shown.flat().some((one) => failed.includes(one)))
      }),
      { numRuns: numRuns / 4 },
    )
  })
})

describe('causal-reverse', () => {
  test('a later write seen without an earlier one', () => {
    expect(causalReverse(history('wx1', 'wy1', 'rx ry1'), unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'causal-reverse',
          ops: [0, 2, 4],
          summary:
            'operation 4 saw y, which operation 2 began to write at event 2, and not x, which ' +
            'operation 0 had written by event 1',
        },
      ],
    })
  })

  test('writes that overlap, or are not known to have happened, have no order', () => {
    expect(of(causalReverse, concurrently('wx1', 'wy1', 'rx ry1'))).toEqual([])
    expect(of(causalReverse, history(info('wx1'), 'wy1', 'rx ry1'))).toEqual([])
  })

  test('agrees with the definition', () => {
    agrees(causalReverse, 'causal-reverse', (all) =>
      all.some((reader) =>
        pairs(all).some(
          ([early, late]) =>
            early !== reader &&
            late !== reader &&
            early.end < late.start &&
            early.writes.some((key) => reader.reads.get(key) === null) &&
            late.writes.some((key) => reader.reads.get(key) === 1),
        ),
      ),
    )
  })
})

describe('monotonic', () => {
  test('a process that reads a shorter list', () => {
    expect(monotonic(lists('ax1', by(1, 'rx1'), by(1, 'rx')), unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'non-monotonic-read',
          ops: [2, 4],
          summary: 'process 1 read x = [1] (operation 2), and x = [] later (operation 4)',
        },
      ],
    })
  })

  test('reads of which each is behind the other one', () => {
    const one = lists('ax1', 'ay1', 'rx1 ry', 'rx ry1')
    expect(monotonic(one, unlimited)).toMatchObject({
      anomalies: [{ type: 'cyclic-reads', ops: [4, 6], edges: [{}, {}] }],
    })
  })

  test('every read of a process is held against the longest before it', () => {
    const read = (text: string) => by(1, text)
    const one = lists('ax1', 'ax2', 'ax3', read('rx123'), read('rx1'), read('rx12'))
    expect(monotonic(one, unlimited)).toMatchObject({ stats: { 'non-monotonic-read': 2 } })
  })

  test('reads of several processes may be stale', () => {
    expect(of(monotonic, lists('ax1', 'ay1', 'rx1 ry1', 'rx ry'))).toEqual([])
  })

  test('agrees with the definition', () => {
    const read = fc.record({
      process: fc.nat(1),
      lengths: fc.array(fc.nat(2), { minLength: 3, maxLength: 3 }),
    })
    fc.assert(
      fc.property(fc.array(read, { minLength: 1, maxLength: 5 }), (reads) => {
        const list = (length: number): string => '12'.slice(0, length)
        const text = reads.map(({ process, lengths }) => {
          const [x, y, z] = lengths.map(list)
          return by(process, `rx${x} ry${y} rz${z}`)
        })
        const found = of(monotonic, lists(...text))
        const shorter = (a: readonly number[], b: readonly number[]) =>
          a.some((one, at) => one < b[at]!)
        const all = reads.map(({ lengths }) => lengths)
        // Of vectors of the same lists, a circle of them holds two that are behind each other.
        const cyclic = pairs(all).some(([a, b]) => shorter(a, b) && shorter(b, a))
        expect(found.includes('cyclic-reads')).toBe(cyclic)
        const back = reads.some(({ process, lengths }, at) =>
          reads
            .slice(0, at)
            .some((other) => other.process === process && shorter(lengths, other.lengths)),
        )
        expect(found.includes('non-monotonic-read')).toBe(back)
      }),
      { numRuns },
    )
  })
})
