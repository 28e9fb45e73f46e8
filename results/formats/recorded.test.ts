/** Histories recorded from real systems keep and break what they did when they were recorded. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { levels } from '../../checkers/spectrum/levels.ts'
import spectrum from '../../checkers/spectrum.ts'
import { only } from '../../checkers/testing/histories.ts'
import { readHistory } from './read.ts'

const folder = join(import.meta.dirname, '../findings/recorded')
const places: Readonly<Record<string, readonly [strongest: string, weakestBroken: string]>> = {
  'etcd.jsonl': ['linearizable', 'none'],
  'etcd-serializable-reads.jsonl': ['sequential', 'linearizable'],
  'redis-replica-reads.jsonl': ['none', 'consistent-prefix, monotonic-reads, read-your-writes'],
}

test('every recorded history has its place', () => {
  const recorded = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  expect(recorded.toSorted()).toEqual(Object.keys(places).toSorted())
})

test.each(Object.entries(places))('%s', (name, [strongest, weakestBroken]) => {
  const { history } = readHistory(join(folder, name))
  const verdict = spectrum.check(history, unlimited)
  expect(verdict.stats).toEqual({ strongest, weakestBroken })
  for (const { summary, ops } of verdict.valid === false ? verdict.anomalies : []) {
    const level = levels.find(({ name }) => summary.startsWith(`not ${name}: `))!
    expect(level.plugin.check(only(history, ops), unlimited).valid).toBe(false)
  }
})
