/** Transactions recorded from real databases keep and break the isolation levels that they did when they were recorded. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Checker, unlimited } from '../../checkers/checker.ts'
import { listAppend } from '../../checkers/list-append.ts'
import { rwRegister } from '../../checkers/rw-register.ts'
import { only } from '../../checkers/testing/histories.ts'
import { readHistory } from './read.ts'

const folder = join(import.meta.dirname, '../findings/recorded/transactions')

/** The strongest of these levels that a history keeps, the weakest that it breaks, and an anomaly that shows it. */
interface Place {
  readonly keeps: string
  readonly breaks?: readonly [level: string, anomaly: string]
  /** Of its data type; lists if absent. */
  readonly at?: (level: string) => Checker
}
const places: Readonly<Record<string, Place>> = {
  'postgres-read-committed.jsonl': {
    keeps: 'read-committed',
    breaks: ['snapshot-isolation', 'lost-update'],
  },
  'postgres-repeatable-read.jsonl': {
    keeps: 'snapshot-isolation',
    breaks: ['repeatable-read', 'G2-item'],
  },
  'postgres-serializable.jsonl': { keeps: 'strict-serializable' },
  'mariadb-repeatable-read.jsonl': {
    keeps: 'read-committed',
    breaks: ['repeatable-read', 'lost-update'],
  },
  'mariadb-snapshots.jsonl': {
    keeps: 'snapshot-isolation',
    breaks: ['repeatable-read', 'G2-item'],
  },
  'mariadb-replica-reads.jsonl': {
    keeps: 'serializable',
    breaks: ['strong-session-serializable', 'G-single-item-process'],
  },
  'postgres-long-fork.jsonl': {
    keeps: 'parallel-snapshot-isolation',
    breaks: ['snapshot-isolation', 'G-nonadjacent-item'],
    at: rwRegister,
  },
  'galera.jsonl': { keeps: 'read-committed', breaks: ['snapshot-isolation', 'lost-update'] },
}

test('every recorded history has its place', () => {
  const recorded = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  expect(recorded.toSorted()).toEqual(Object.keys(places).toSorted())
})

test.each(Object.entries(places))('%s', (name, { keeps, breaks, at = listAppend }) => {
  const { history } = readHistory(join(folder, name))
  expect(at(keeps)(history, unlimited).valid).toBe(true)
  if (breaks === undefined) return
  const [level, type] = breaks
  const verdict = at(level)(history, unlimited)
  const anomalies = verdict.valid === false ? verdict.anomalies : []
  const shown = anomalies.find((anomaly) => anomaly.type === type)
  expect(shown, `${type} among ${anomalies.map((anomaly) => anomaly.type)}`).toBeDefined()
  expect(at(level)(only(history, shown!.ops), unlimited).valid).toBe(false)
})
