import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import { lines, only } from '../testing/histories.ts'
import { type Level, type LevelName, levels } from '../testing/levels.ts'

/** Sessions one after the other, for real time plays no part: `x=1` writes, `x:1` reads, `x:-` reads nothing. */
const sessions = (...text: readonly string[]): History =>
  lines(
    ...text.flatMap((session, process) =>
      session.split(' ').flatMap((op) => {
        const [, key, kind, value] = /^(\w+)([=:])(\d+|-)$/.exec(op)!
        const f = kind === '=' ? 'write' : 'read'
        const seen = value === '-' ? 'null' : value
        return [
          `${process} invoke ${f}@${key} ${kind === '=' ? seen : ''}`.trimEnd(),
          `${process} ok ${f}@${key} ${seen}`,
        ]
      }),
    ),
  )

interface Example {
  readonly history: History
  readonly holds: readonly LevelName[]
  /** The levels that it violates, the type of the violation and how many operations prove it. */
  readonly violates: Partial<Record<LevelName, readonly [type: string, operations: number]>>
}

const bouajjani = 'Bouajjani et al. 2017, figure 3'
const tanenbaum = 'Tanenbaum and van Steen, Distributed Systems'

const examples: Record<string, Example> = {
  [`${bouajjani}: causal memory, but no convergence`]: {
    history: sessions('x=1 x:2', 'x=2 x:1'),
    holds: ['causal', 'causal-memory', 'pram', 'read-your-writes', 'consistent-prefix'],
    violates: { 'causal-convergence': ['cyclic-cf', 4] },
  },
  [`${bouajjani}: convergence, but no causal memory`]: {
    history: sessions('z=1 x=1 y=1', 'x=2 z:- y:1 x:2'),
    holds: ['causal', 'causal-convergence', 'read-your-writes', 'monotonic-writes'],
    violates: { 'causal-memory': ['write-hb-init-read', 7], pram: ['pram', 7] },
  },
  [`${bouajjani}: causal consistency alone`]: {
    history: sessions('x=1', 'x=2 x:1 x:2'),
    holds: ['causal', 'read-your-writes', 'monotonic-reads', 'writes-follow-reads'],
    violates: {
      'causal-memory': ['cyclic-hb', 4],
      'causal-convergence': ['cyclic-cf', 4],
      pram: ['pram', 4],
    },
  },
  [`${tanenbaum}: causal, but not sequential`]: {
    history: sessions('x=1 x=3', 'x:1 x=2', 'x:1 x:3 x:2', 'x:1 x:2 x:3'),
    holds: ['causal', 'causal-memory', 'pram', 'monotonic-reads', 'writes-follow-reads'],
    violates: { 'causal-convergence': ['cyclic-cf', 6] },
  },
  [`${tanenbaum}: PRAM, but not causal`]: {
    history: sessions('x=1', 'x:1 x=2', 'x:2 x:1', 'x:1 x:2'),
    holds: ['pram', 'read-your-writes', 'monotonic-reads', 'monotonic-writes'],
    violates: {
      causal: ['write-co-read', 5],
      'causal-convergence': ['write-co-read', 5],
      'causal-memory': ['write-co-read', 5],
      'writes-follow-reads': ['writes-follow-reads', 5],
    },
  },
  'load buffering (Alglave, Maranget and Tautschnig 2014): each reads what the other writes afterwards':
    {
      history: sessions('x:1 y=1', 'y:1 x=1'),
      holds: ['pram', 'monotonic-writes', 'consistent-prefix'],
      violates: { causal: ['cyclic-co', 4], 'writes-follow-reads': ['writes-follow-reads', 4] },
    },
  'message passing (the same): the flag is seen, the message is not': {
    history: sessions('m=1 f=1', 'f:1 m:-'),
    holds: ['read-your-writes', 'monotonic-reads', 'writes-follow-reads'],
    violates: {
      causal: ['write-co-init-read', 4],
      'monotonic-writes': ['monotonic-writes', 4],
      pram: ['pram', 4],
      'consistent-prefix': ['consistent-prefix', 4],
    },
  },
  'Terry et al. 1994: a password that was changed is asked for as it was': {
    history: sessions('p=1 p=2 p:1'),
    holds: ['monotonic-reads', 'monotonic-writes', 'writes-follow-reads', 'consistent-prefix'],
    violates: {
      'read-your-writes': ['read-your-writes', 3],
      causal: ['write-co-read', 3],
      pram: ['pram', 3],
    },
  },
  'Terry et al. 1994: a message of a mailbox that was read is gone': {
    history: sessions('m=1', 'm:1 m:-'),
    holds: ['read-your-writes'],
    violates: {
      'monotonic-reads': ['non-monotonic-read', 3],
      'monotonic-writes': ['non-monotonic-read', 3],
      'writes-follow-reads': ['non-monotonic-read', 3],
      causal: ['write-co-init-read', 3],
    },
  },
  'Terry et al. 1994: a library is seen before the one that it was built from': {
    history: sessions('l=1 l=2', 'l:2 l:1'),
    holds: ['read-your-writes', 'monotonic-reads', 'writes-follow-reads'],
    violates: { 'monotonic-writes': ['monotonic-writes', 4], causal: ['write-co-read', 4] },
  },
  'Terry et al. 1994: a reply on a bulletin board is seen without what it replies to': {
    history: sessions('q=1', 'q:1 a=1', 'a:1 q:-'),
    holds: ['pram', 'monotonic-writes', 'monotonic-reads', 'read-your-writes'],
    violates: {
      'writes-follow-reads': ['writes-follow-reads', 5],
      causal: ['write-co-init-read', 5],
    },
  },
  'a value from thin air': {
    history: sessions('x=1', 'x:7'),
    holds: [],
    violates: Object.fromEntries(
      Object.keys(levels).map((name) => [name, ['thin-air-read', 1] as const]),
    ),
  },
}

for (const [source, { history, holds, violates }] of Object.entries(examples))
  describe(source, () => {
    for (const name of holds)
      test(`keeps ${name}`, () => {
        const { plugin, holds: truth }: Level = levels[name]
        expect(plugin.check(history, unlimited)).toMatchObject({ valid: true })
        expect(truth(history)).toBe(true)
      })

    for (const [name, [type, operations]] of Object.entries(violates))
      test(`violates ${name}`, () => {
        const { plugin, holds: truth }: Level = levels[name as LevelName]
        const verdict = plugin.check(history, unlimited)
        if (verdict.valid !== false) throw new Error(`judged ${verdict.valid}`)
        const [anomaly] = verdict.anomalies
        expect([anomaly.type, anomaly.ops.length]).toEqual([type, operations])
        expect(truth(only(history, anomaly.ops))).toBe(false)
      })
  })
