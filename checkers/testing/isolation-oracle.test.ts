import { expect, test } from 'vitest'
import type { History } from '../history.ts'
import { type Given, type Kind, keeps, kinds } from './isolation-oracle.ts'
import { by, fail, historiesOf, info } from './transactions.ts'

const registers = historiesOf('rw-register').oneByOne
const lists = historiesOf('list-append').oneByOne

const init = 'wx1wy1'

/** The anomalies of the literature, each with the strongest levels that allow it (Cerone et al. 2015, figure 3; Berenson et al. 1995). */
const known: readonly (readonly [name: string, History, Given, Kind | undefined])[] = [
  ['nothing wrong', registers(init, 'rx1', 'wx2'), 'realtime', 'serializable'],
  ['write skew', registers(init, 'rx1ry1wx2', 'rx1ry1wy2'), 'nothing', 'snapshot-isolation'],
  [
    'long fork',
    registers(init, 'wx2', 'wy2', 'rx2ry1', 'rx1ry2', 'rx2ry2'),
    'nothing',
    'parallel-snapshot-isolation',
  ],
  ['lost update', registers(init, 'rx1wx2', 'rx1wx3'), 'nothing', 'prefix'],
  ['causality violation', registers('wx1', 'rx1wy1', 'ry1rx'), 'nothing', 'read-atomic'],
  [
    'fractured read, the old value first',
    registers(init, 'rxry1'),
    'nothing',
    'monotonic-atomic-view',
  ],
  ['fractured read, the new value first', registers(init, 'ry1rx'), 'nothing', 'read-committed'],
  ['circular flow', registers('wx1ry1', 'wy1rx1'), 'nothing', undefined],
  ['intermediate read', registers('wx1wx2', 'rx1'), 'nothing', undefined],
  [
    'a session that does not see its own write',
    registers(by(0, init), by(0, 'rx')),
    'session',
    'monotonic-atomic-view',
  ],
  ['a stale read', registers(init, 'rx'), 'session', 'serializable'],
  ['a stale read in real time', registers(init, 'rx'), 'realtime', 'monotonic-atomic-view'],
  ['lists that grew in two orders', lists('ax1', 'ax2', 'rx12', 'rx2'), 'nothing', undefined],
  ['a list and its beginning', lists('ax1', 'rx', 'rx1'), 'nothing', 'serializable'],
  ['what nobody wrote', registers('rx1'), 'nothing', undefined],
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
  const level = { kind: 'serializable', given: 'realtime' } as const
  expect(keeps(registers(info('wx1'), 'rx1'), level)).toBe(true)
  expect(keeps(registers(info('wx1'), 'rx'), level)).toBe(true)
  expect(keeps(registers(fail('wx1'), 'rx'), level)).toBe(true)
  const aborted = registers(fail('wx1'), 'rx1')
  expect(keeps(aborted, { kind: 'read-committed', given: 'nothing' })).toBe(false)
})
