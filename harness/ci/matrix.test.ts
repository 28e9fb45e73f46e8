/** What a matrix comes to in which nothing was run. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { CiOptions } from './config.ts'
import { readConfig } from './config.ts'
import { playMatrix } from './matrix.ts'
import { caseOf, requestOf } from './testing/cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-matrix-'))
afterAll(() => rmSync(folder, { recursive: true }))

const play = (names: readonly string[], matrix: number, given: Partial<CiOptions> = {}) =>
  playMatrix({
    source: 'c.json',
    config: readConfig('c.json', { runs: [{ system: 'raft' }], ...given }),
    cases: names.map((name) => caseOf(name, { request: requestOf({ timeLimitS: 600 }) })),
    matrix,
    folder,
    quiet: 'quiet',
    print: () => {},
    signal: new AbortController().signal,
  })

test('nothing that was run is nothing that was shown, also where cases may be left out', async () => {
  const record = await play(['a', 'b'], 2, { budget: '1s', unfinished: 'pass' })
  expect(record.cases.map(({ result, code }) => [result, code])).toEqual([
    ['not-run', 0],
    ['not-run', 0],
  ])
  expect(record.code).toBe(2)
})

test('a matrix without a case is unknown, and a part without one is not', async () => {
  expect(await play([], 0)).toMatchObject({
    code: 2,
    problems: [expect.stringMatching(/not one case/)],
  })
  expect(await play([], 5)).toMatchObject({ code: 0, problems: [] })
})

test('what happened is in the file of events, from the beginning to the end', async () => {
  await play(['a'], 1, { budget: '1s' })
  const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['begin', 'case-end', 'end'])
})
