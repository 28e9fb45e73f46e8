/** Histories of the tests and issues of Elle and of elle-cli that are not among those of each checker, and what differs. */
import { expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { History } from '../history.ts'
import { listAppend } from '../list-append.ts'
import { rwRegister } from '../rw-register.ts'
import { by, fail, historiesOf, info, microOperations } from '../testing/transactions.ts'
import { judged } from '../testing/verdicts.ts'
import type { Source } from './register/order.ts'

const lists = historiesOf('list-append')
const registers = historiesOf('rw-register')

interface Case {
  readonly name: string
  readonly history: History
  /** All anomalies at strict serializability, and the weakest levels that do not hold. */
  readonly types: readonly string[]
  readonly not: string
}

const ofLists: readonly Case[] = [
  {
    name: 'what should be a cycle and is none (G-nonadjacent-test)',
    history: lists.concurrent('rx5ay1', 'ryaz2', 'rzat3', 'rt3au4', 'ruax5'),
    types: [],
    not: 'none',
  },
  {
    name: 'the cycle that is meant there: adjacent anti-dependencies, which snapshot isolation allows',
    history: lists.concurrent('rx5ry', 'ay1rz', 'az2at3', 'rt3ru', 'au4ax5'),
    types: ['G2-item'],
    not: 'repeatable-read',
  },
  {
    name: 'serializable in real time but not in the order of a process (issue 27)',
    history: History.from([
      { type: 'invoke', process: 0, f: 'txn', value: microOperations('list-append', 'rxry') },
      ...[...lists.oneByOne(by(1, 'ax1'), by(1, 'ay2'))].map(({ type, process, f, value }) => {
        return { type, process, f, value }
      }),
      { type: 'ok', process: 0, f: 'txn', value: microOperations('list-append', 'rxry2') },
    ]),
    types: ['G-single-item-process'],
    not: 'causal',
  },
  {
    name: 'read skew by what was read (rr-g-single-item-test); Elle does not search for the first two levels',
    history: lists.concurrent('ax1ay1', 'rx1ry'),
    types: ['G-single-item'],
    not: 'monotonic-view, monotonic-atomic-view',
  },
  {
    name: 'duplicate elements beside circular information flow (checker-test)',
    history: lists.concurrent('ax1ry1', 'ax2ay1', 'rx121'),
    types: ['G1c', 'duplicate-elements'],
    not: 'read-uncommitted',
  },
  {
    name: 'internal inconsistency beside a write cycle (checker-test)',
    history: lists.concurrent('ax1ax2ax4', 'ax3rx1234'),
    types: ['G0', 'internal'],
    not: 'read-uncommitted',
  },
  {
    name: 'a future read between own appends, which also stand in the wrong order (internal-cases-test)',
    history: lists.concurrent('ax1rx01ax0ax3'),
    types: ['cyclic-versions', 'future-read'],
    not: 'read-uncommitted',
  },
  {
    name: 'aborted elements, failed and unknown ones in turn (dirty-update-info-fail)',
    history: lists.concurrent(
      ...['ax1', info('ax2'), info('ax3'), 'ax4', fail('ax5'), info('ax6'), fail('ax7')],
      ...[fail('ax8'), 'ax9', 'rx123456789'],
    ),
    types: ['G1a', 'dirty-update'],
    not: 'read-committed',
  },
  {
    name: 'two reads of one transaction, the first one intermediate (partial-read-single-txn)',
    history: lists.oneByOne('ax1ax2', 'rx1rx12'),
    types: ['G-single-item', 'G1b', 'internal'],
    not: 'read-committed',
  },
  {
    name: 'two reads of one transaction on both sides of another one (partial-read-twice)',
    history: lists.oneByOne('ax1', 'ax2', 'rx1rx12'),
    types: ['G-single-item', 'internal'],
    not: 'read-atomic, consistent-view, repeatable-read',
  },
  {
    name: 'an own append that is not seen behind an unknown prefix (internal-unknown-prefix)',
    history: lists.oneByOne('ax1', 'ax2rx1'),
    types: ['internal'],
    not: 'read-atomic',
  },
  {
    name: 'who read an own append before it made it lost no update (as issue 28)',
    history: lists.concurrent('rx1ax1', 'rx1ax2'),
    types: ['future-read'],
    not: 'read-committed',
  },
  {
    name: 'incompatible orders of one process (incompatible-order); Elle tells real time alone',
    history: lists.oneByOne(
      ...[by(0, 'ax1'), by(0, 'ax3'), by(1, 'rx13'), by(0, 'ax2'), by(1, 'rx123')],
    ),
    types: ['G0-process', 'incompatible-order'],
    not: 'read-committed, strong-session-read-uncommitted',
  },
]

const ofRegisters: readonly (Case & { readonly sources?: readonly Source[] })[] = [
  {
    name: 'a chain on one register (wr-graph-test)',
    history: registers.concurrent('rx1wx2', 'rx2wx1'),
    types: ['G1c'],
    not: 'read-committed',
  },
  {
    name: 'a read of what the process wrote only later (process-anomaly)',
    history: registers.oneByOne(by(0, 'rx1'), by(0, 'wx1')),
    types: ['G1c-process'],
    not: 'strong-session-read-committed',
  },
  {
    name: 'two updates of one process, which both saw the first version (g-single-misattribution-test)',
    history: registers.oneByOne(by(4, 'wx4wy1'), by(4, 'ry1wy2'), by(4, 'ry1wy3')),
    sources: ['wfr-keys'],
    types: ['G-single-item-process', 'G2-item', 'lost-update'],
    not: 'cursor-stability, update-atomic, strong-session-read-atomic',
  },
  {
    name: 'write skew one after the other, told as a cycle of real time, too (g2-item)',
    history: registers.oneByOne('rxwy1', 'rywx1'),
    types: ['G-single-item-realtime', 'G2-item'],
    not: 'repeatable-read, strong-snapshot-isolation',
  },
  {
    name: 'the value that one of two updates writes is there before it (issue 28)',
    history: registers.concurrent('rx2wx2', 'rx2wx3'),
    types: ['future-read'],
    not: 'read-committed',
  },
  {
    name: 'each process reads what the other one wrote, behind its own write (elle-cli, issue 47); Elle finds nothing',
    history: registers.oneByOne(by(1, 'wx1'), by(2, 'wx2'), by(1, 'rx2'), by(2, 'rx1')),
    types: ['fractured-read-process'],
    not: 'strong-session-read-atomic',
  },
  {
    name: 'the same where registers are linearizable',
    history: registers.oneByOne(by(1, 'wx1'), by(2, 'wx2'), by(1, 'rx2'), by(2, 'rx1')),
    sources: ['linearizable-keys'],
    types: ['cyclic-versions'],
    not: 'read-uncommitted',
  },
]

test.each(ofLists)('$name', ({ history, types, not }) => {
  expect(judged(listAppend('strict-serializable')(history, unlimited))).toMatchObject({
    types,
    not,
  })
})

test.each(ofRegisters)('$name', ({ history, sources, types, not }) => {
  const verdict = rwRegister('strict-serializable', sources)(history, unlimited)
  expect(judged(verdict)).toMatchObject({ types, not })
})
