/** Shards put together: every case, the worst exit code, and nothing said of a shard that is not there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CiRecord } from '../../results/ci/record.ts'
import { caseOf, ended, recordOf } from '../../results/ci/testing/sample.ts'
import { merged, readAll } from './merge.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-merge-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shard = (index: number, of: number, given: Partial<CiRecord> = {}): CiRecord =>
  recordOf([caseOf({ name: `case ${index}`, run: `runs/${index}` })], {
    shard: { index, of },
    matrix: of,
    ...given,
  })

const stored = (name: string, record: CiRecord) => ({ folder: join(folder, name), record })

describe('merged shards', () => {
  test('have all cases, with their runs where they lie', () => {
    const record = merged([stored('a', shard(1, 2)), stored('b', shard(2, 2))], join(folder, 'all'))
    expect(record).toMatchObject({ code: 0, problems: [], matrix: 2 })
    expect(record.shard).toBeUndefined()
    expect(record.cases.map(({ run }) => run)).toEqual(['../a/runs/1', '../b/runs/2'])
  })

  test('end as the worst of them: a violation above all', () => {
    const codeOf = (...codes: number[]): number =>
      merged(
        codes.map((code, at) =>
          stored(
            `${at}`,
            shard(at + 1, codes.length, { code, cases: [caseOf({ ...ended.unknown, code })] }),
          ),
        ),
        folder,
      ).code
    expect(codeOf(2, 253, 1, 0)).toBe(1)
    expect(codeOf(0, 2, 253)).toBe(253)
    expect(codeOf(0, 2)).toBe(2)
    expect(codeOf(0, 130, 2)).toBe(130)
  })

  test('say which is missing, which is an error', () => {
    const record = merged([stored('a', shard(1, 3)), stored('c', shard(3, 3))], folder)
    expect(record).toMatchObject({
      code: 253,
      problems: ['schism.config.ts: shard 2 of 3 is missing: what it found is not known'],
    })
  })

  test('of several matrices say which is missing of each', () => {
    const whole = [1, 2].map((index) => stored(`a${index}`, shard(index, 2)))
    const half = stored('b1', shard(1, 2, { config: 'nightly.json' }))
    expect(merged([...whole, half], folder).problems).toEqual([
      'nightly.json: shard 2 of 2 is missing: what it found is not known',
    ])
  })

  test('have a case that was run twice under two names', () => {
    const { cases } = merged([stored('a', shard(1, 1)), stored('b', shard(1, 1))], folder)
    expect(cases.map(({ name }) => name)).toEqual(['case 1', 'case 1 (2)'])
  })
})

describe('their folders', () => {
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path), { recursive: true })
    writeFileSync(join(folder, path, 'ci.json'), text)
  }

  test('are given, or lie in the one that is', () => {
    write('down/1', JSON.stringify(shard(1, 2)))
    write('down/2', JSON.stringify(shard(2, 2)))
    const names = (...paths: string[]) =>
      readAll(paths.map((path) => join(folder, path))).map(({ record }) => record.cases[0]?.name)
    expect(names('down')).toEqual(['case 1', 'case 2'])
    expect(names('down/2', 'down/1')).toEqual(['case 2', 'case 1'])
  })

  test.each([
    ['{', /ci\.json is not JSON/],
    [JSON.stringify({ ...shard(1, 1), version: 2 }), /ci\.json: version: /],
    [JSON.stringify({ ...shard(1, 1), cases: [{ name: 'x' }] }), /ci\.json: cases\.0\./],
  ])('may hold what is no record: %#', (text, message) => {
    write('bad', text)
    expect(() => readAll([join(folder, 'bad')])).toThrow(message)
    expect(() => readAll([join(folder, 'nowhere')])).toThrow(/nowhere: no ci\.json there/)
  })
})
