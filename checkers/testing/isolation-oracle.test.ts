import { expect, test } from 'vitest'
import { type EventInput, History } from '../history.ts'
import { type Given, type Kind, keeps, kinds } from './isolation-oracle.ts'

type Steps = readonly (readonly [f: string, key: string, value: unknown])[]

/** Transactions one after another, unless told otherwise; one process each. */
const history = (...all: readonly Steps[]): History =>
  History.from(
    all.flatMap((value, process): EventInput[] => [
      { process, type: 'invoke', f: 'txn', value },
      { process, type: 'ok', f: 'txn', value },
    ]),
  )

/** Transactions of one process. */
const session = (...all: readonly Steps[]): History =>
  History.from(
    all.flatMap((value): EventInput[] => [
      { process: 0, type: 'invoke', f: 'txn', value },
      { process: 0, type: 'ok', f: 'txn', value },
    ]),
  )

const init: Steps = [
  ['w', 'x', 1],
  ['w', 'y', 1],
]

/** The anomalies of the literature, each with the strongest levels that allow it (Cerone et al. 2015, figure 3; Berenson et al. 1995). */
const known: readonly (readonly [name: string, History, Given, Kind | undefined])[] = [
  ['nothing wrong', history(init, [['r', 'x', 1]], [['w', 'x', 2]]), 'realtime', 'serializable'],
  [
    'write skew',
    history(
      init,
      [
        ['r', 'x', 1],
        ['r', 'y', 1],
        ['w', 'x', 2],
      ],
      [
        ['r', 'x', 1],
        ['r', 'y', 1],
        ['w', 'y', 2],
      ],
    ),
    'nothing',
    'snapshot-isolation',
  ],
  [
    'long fork',
    history(
      init,
      [['w', 'x', 2]],
      [['w', 'y', 2]],
      [
        ['r', 'x', 2],
        ['r', 'y', 1],
      ],
      [
        ['r', 'x', 1],
        ['r', 'y', 2],
      ],
      [
        ['r', 'x', 2],
        ['r', 'y', 2],
      ],
    ),
    'nothing',
    'parallel-snapshot-isolation',
  ],
  [
    'lost update',
    history(
      init,
      [
        ['r', 'x', 1],
        ['w', 'x', 2],
      ],
      [
        ['r', 'x', 1],
        ['w', 'x', 3],
      ],
    ),
    'nothing',
    'prefix',
  ],
  [
    'causality violation',
    history(
      [['w', 'x', 1]],
      [
        ['r', 'x', 1],
        ['w', 'y', 1],
      ],
      [
        ['r', 'y', 1],
        ['r', 'x', null],
      ],
    ),
    'nothing',
    'read-atomic',
  ],
  [
    'fractured read, the old value first',
    history(init, [
      ['r', 'x', null],
      ['r', 'y', 1],
    ]),
    'nothing',
    'monotonic-atomic-view',
  ],
  [
    'fractured read, the new value first',
    history(init, [
      ['r', 'y', 1],
      ['r', 'x', null],
    ]),
    'nothing',
    'read-committed',
  ],
  [
    'circular flow',
    history(
      [
        ['w', 'x', 1],
        ['r', 'y', 1],
      ],
      [
        ['w', 'y', 1],
        ['r', 'x', 1],
      ],
    ),
    'nothing',
    undefined,
  ],
  [
    'intermediate read',
    history(
      [
        ['w', 'x', 1],
        ['w', 'x', 2],
      ],
      [['r', 'x', 1]],
    ),
    'nothing',
    undefined,
  ],
  [
    'a session that does not see its own write',
    session(init, [['r', 'x', null]]),
    'session',
    'monotonic-atomic-view',
  ],
  ['a stale read', history(init, [['r', 'x', null]]), 'session', 'serializable'],
  [
    'a stale read in real time',
    history(init, [['r', 'x', null]]),
    'realtime',
    'monotonic-atomic-view',
  ],
  [
    'lists that grew in two orders',
    history([['append', 'x', 1]], [['append', 'x', 2]], [['r', 'x', [1, 2]]], [['r', 'x', [2]]]),
    'nothing',
    undefined,
  ],
  [
    'a list and its beginning',
    history([['append', 'x', 1]], [['r', 'x', []]], [['r', 'x', [1]]]),
    'nothing',
    'serializable',
  ],
  ['what nobody wrote', history([['r', 'x', 1]]), 'nothing', undefined],
]

/** What each level implies; those that are not named imply nothing but themselves. */
const implied: Readonly<Partial<Record<Kind, readonly Kind[]>>> = {
  serializable: ['snapshot-isolation'],
  'snapshot-isolation': ['parallel-snapshot-isolation', 'prefix'],
  'parallel-snapshot-isolation': ['causal'],
  prefix: ['causal'],
  causal: ['read-atomic'],
  'read-atomic': ['monotonic-atomic-view'],
  'monotonic-atomic-view': ['read-committed'],
}

const weaker = (kind: Kind): ReadonlySet<Kind> =>
  new Set([kind, ...(implied[kind] ?? []).flatMap((next) => [...weaker(next)])])

test.each(known)('%s', (_, one, given, strongest) => {
  const kept = kinds.filter((kind) => keeps(one, { kind, given }))
  expect(new Set(kept)).toEqual(strongest === undefined ? new Set() : weaker(strongest))
})

test('what has no known outcome may have happened or not, what failed has not', () => {
  const reading = (type: 'fail' | 'info', value: unknown): History =>
    History.from([
      { process: 0, type: 'invoke', f: 'txn', value: [['w', 'x', 1]] },
      { process: 0, type, f: 'txn', value: [['w', 'x', 1]] },
      { process: 1, type: 'invoke', f: 'txn', value: [['r', 'x', null]] },
      { process: 1, type: 'ok', f: 'txn', value: [['r', 'x', value]] },
    ])
  const level = { kind: 'serializable', given: 'realtime' } as const
  expect(keeps(reading('info', 1), level)).toBe(true)
  expect(keeps(reading('info', null), level)).toBe(true)
  expect(keeps(reading('fail', null), level)).toBe(true)
  expect(keeps(reading('fail', 1), { kind: 'read-committed', given: 'nothing' })).toBe(false)
})
