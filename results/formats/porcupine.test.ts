/** Porcupine's recorded histories, judged as Porcupine judges them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from '../../checkers/checker.ts'
import type { History } from '../../checkers/history.ts'
import { linearizable } from '../../checkers/linearizable.ts'
import casRegister, { configure } from '../../checkers/models/cas-register.ts'
import kv from '../../checkers/models/kv.ts'
import { only } from '../../checkers/testing/histories.ts'
import { readHistory } from './read.ts'

const folder = join(import.meta.dirname, '../findings/porcupine')
const verdicts = readFileSync(join(folder, 'verdicts-etcd.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t'))

/** The verdict on the operations of a proof alone. */
const again = (history: History, verdict: Verdict, check: ReturnType<typeof linearizable>) => {
  if (verdict.valid !== false) throw new Error('there is no proof')
  return check(only(history, verdict.anomalies[0].ops), unlimited).valid
}

describe('a Jepsen run against etcd', () => {
  const check = linearizable(casRegister)
  const dropping = linearizable(configure({ failedCas: 'drop' }))

  test('is among 60 of them', () => expect(verdicts.length).toBe(60))

  for (const [file, expected] of verdicts)
    test(`${file} is judged ${expected}, with failed compare-and-sets and without`, () => {
      const { history, format } = readHistory(join(folder, 'jepsen-etcd', file!))
      expect(format).toBe('porcupine-etcd')
      const verdict = check(history, unlimited)
      expect(verdict.valid).toBe(expected === 'valid')
      expect(dropping(history, unlimited).valid).toBe(expected === 'valid')
      if (verdict.valid === false) expect(again(history, verdict, check)).toBe(false)
    })
})

describe('a key-value history', () => {
  const check = linearizable(kv)
  for (const file of readdirSync(join(folder, 'kv')))
    test(`${file} is judged as its name says`, () => {
      const { history } = readHistory(join(folder, 'kv', file))
      const verdict = check(history, unlimited)
      expect(verdict.valid).toBe(file.includes('ok'))
      if (verdict.valid === false) expect(again(history, verdict, check)).toBe(false)
    })
})
