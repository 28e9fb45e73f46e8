import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Claim, LockTable, type Mode, type Owner, type Turn } from './lock-table.ts'

const older: Owner = { name: 'older', began: 1 }
const middle: Owner = { name: 'middle', began: 2 }
const younger: Owner = { name: 'younger', began: 3 }
const claim = (owner: Owner, lock: string, mode: Mode): Claim => ({ owner, lock, mode })
const names = ({ granted }: Turn): readonly string[] => granted.map(({ owner }) => owner.name)

describe('wound-wait', () => {
  test('an older transaction wounds a younger one, which loses all that it has', () => {
    const table = new LockTable()
    table.claim(claim(younger, 'x', 'X'))
    table.claim(claim(younger, 'y', 'X'))
    const turn = table.claim(claim(older, 'x', 'S'))
    expect([names(turn), turn.wounded]).toEqual([['older'], ['younger']])
    expect(table.holds('younger', 'y', 'S')).toBe(false)
  })

  test('a younger one waits, until the older one is over', () => {
    const table = new LockTable()
    table.claim(claim(older, 'x', 'S'))
    expect(table.claim(claim(younger, 'x', 'X'))).toEqual({
      ...{ granted: [], wounded: [], promised: [] },
    })
    expect(names(table.release('older'))).toEqual(['younger'])
  })

  test('who has promised to commit is not wounded, and named', () => {
    const table = new LockTable()
    table.claim(claim(younger, 'x', 'X'))
    table.pin('younger')
    expect(table.claim(claim(older, 'x', 'X'))).toEqual({
      ...{ granted: [], wounded: [], promised: ['younger'] },
    })
    expect(names(table.release('younger'))).toEqual(['older'])
  })

  test('nobody passes an older one that waits and would be in its way', () => {
    const table = new LockTable()
    table.claim(claim(older, 'x', 'S'))
    table.claim(claim(middle, 'x', 'X'))
    expect(names(table.claim(claim(younger, 'x', 'S')))).toEqual([])
    expect(names(table.release('older'))).toEqual(['middle'])
    expect(names(table.release('middle'))).toEqual(['younger'])
  })
})

describe('granularities', () => {
  test('who has read a partition and adds a row to it lets others read rows, and no more', () => {
    const table = new LockTable()
    table.claim(claim(older, 'p', 'S'))
    table.claim(claim(older, 'p', 'IX'))
    expect(table.holds('older', 'p', 'SIX')).toBe(true)
    expect(names(table.claim(claim(middle, 'p', 'IS')))).toEqual(['middle'])
    expect(names(table.claim(claim(younger, 'p', 'IX')))).toEqual([])
  })

  test('two add rows to a partition that nobody has read', () => {
    const table = new LockTable()
    table.claim(claim(older, 'p', 'IX'))
    expect(names(table.claim(claim(younger, 'p', 'IX')))).toEqual(['younger'])
  })
})

test('claims of which one is in somebody’s way hold not at all', () => {
  const table = new LockTable()
  table.claim(claim(younger, 'y', 'S'))
  expect(table.claimNow([claim(older, 'x', 'X'), claim(older, 'y', 'X')])).toBe(false)
  expect(table.holds('older', 'x', 'X')).toBe(false)
  expect(table.claimNow([claim(older, 'x', 'X'), claim(older, 'y', 'S')])).toBe(true)
  expect(names(table.release('younger', 'y'))).toEqual([])
  expect(table.holds('older', 'y', 'S')).toBe(true)
})

/** What a table must be like, said without how it works. */
class Oracle {
  readonly held = new Map<string, Claim[]>()
  readonly wanted = new Map<string, Claim[]>()
  readonly pinned = new Set<string>()

  compatible(one: Claim, other: Claim): boolean {
    const may = new Set([
      ...['IS IS', 'IS IX', 'IS S', 'IS SIX', 'IX IX', 'S S'],
      ...['IX IS', 'S IS', 'SIX IS'],
    ])
    return one.owner.name === other.owner.name || may.has(`${one.mode} ${other.mode}`)
  }
}

const owners: readonly Owner[] = [1, 2, 3, 4].map((began) => ({ name: `t${began}`, began }))
const modes: readonly Mode[] = ['IS', 'IX', 'S', 'X']

type Step =
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'pin'; readonly owner: string }
  | { readonly kind: 'release'; readonly owner: string }

const steps = fc.array(
  fc.oneof(
    fc
      .record({
        owner: fc.constantFrom(...owners),
        lock: fc.constantFrom('x', 'y'),
        mode: fc.constantFrom(...modes),
      })
      .map((claim): Step => ({ kind: 'claim', claim })),
    fc
      .record({
        kind: fc.constantFrom<'pin' | 'release'>('pin', 'release'),
        owner: fc.constantFrom(...owners),
      })
      .map(({ kind, owner }): Step => ({ kind, owner: owner.name })),
  ),
  { maxLength: 40 },
)

/** Plays steps as the nodes do: who waits asks for nothing else, and who waits is not pinned. */
const play = (played: readonly Step[], look: (oracle: Oracle, table: LockTable) => void): void => {
  const table = new LockTable()
  const oracle = new Oracle()
  const over = (name: string): void => {
    oracle.held.delete(name)
    oracle.wanted.delete(name)
    oracle.pinned.delete(name)
  }
  const heed = ({ granted, wounded }: Turn): void => {
    for (const name of wounded) over(name)
    for (const one of granted) {
      const { name } = one.owner
      const others = (oracle.held.get(name) ?? []).filter(({ lock }) => lock !== one.lock)
      oracle.held.set(name, [...others, one])
      oracle.wanted.delete(name)
    }
  }
  for (const step of played) {
    const name = step.kind === 'claim' ? step.claim.owner.name : step.owner
    if (step.kind === 'release') {
      over(name)
      heed(table.release(name))
    } else if (!oracle.wanted.has(name) && !oracle.pinned.has(name)) {
      if (step.kind === 'pin') {
        oracle.pinned.add(name)
        table.pin(name)
      } else {
        oracle.wanted.set(name, [step.claim])
        heed(table.claim(step.claim))
      }
    }
    look(oracle, table)
  }
}

describe('whatever is asked of it', () => {
  test('what is held at a time is compatible', () => {
    fc.assert(
      fc.property(steps, (played) =>
        play(played, (oracle, table) => {
          const held = [...oracle.held.values()].flat()
          for (const one of held) {
            expect(table.holds(one.owner.name, one.lock, one.mode)).toBe(true)
            for (const other of held)
              if (one.lock === other.lock) expect(oracle.compatible(one, other)).toBe(true)
          }
        }),
      ),
    )
  })

  test('who waits stands behind an older one or one that has promised, and never in a circle', () => {
    fc.assert(
      fc.property(steps, (played) =>
        play(played, (oracle) => {
          const held = [...oracle.held.values()].flat()
          const waiting = [...oracle.wanted.values()].flat()
          for (const one of waiting) {
            const inTheWay = [...held, ...waiting]
              .filter(({ lock }) => lock === one.lock)
              .filter((other) => !oracle.compatible(other, upgraded(one, held)))
            const reasons = inTheWay.filter(
              ({ owner }) => owner.began < one.owner.began || oracle.pinned.has(owner.name),
            )
            expect(reasons.length).toBeGreaterThan(0)
            const unpinned = held.filter((other) => inTheWay.includes(other))
            for (const { owner } of unpinned)
              expect(owner.began < one.owner.began || oracle.pinned.has(owner.name)).toBe(true)
          }
        }),
      ),
    )
  })
})

/** What a claim comes to with what its owner holds already. */
const upgraded = (one: Claim, held: readonly Claim[]): Claim => {
  const own = held.find(({ owner, lock }) => owner.name === one.owner.name && lock === one.lock)
  if (own === undefined || own.mode === one.mode) return one
  const pair = [own.mode, one.mode].sort().join()
  const sum: Readonly<Record<string, Mode>> = {
    ...{ 'IS,IX': 'IX', 'IS,S': 'S', 'IS,SIX': 'SIX', 'IX,S': 'SIX', 'IX,SIX': 'SIX' },
    ...{ 'S,SIX': 'SIX' },
  }
  return { ...one, mode: sum[pair] ?? 'X' }
}
