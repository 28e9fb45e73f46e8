/** Reports that cannot be written: it is said, the others are written, and what was found stands. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { SUMMARY_BYTES } from '../../results/ci/summary.ts'
import { caseOf, ended, recordOf } from '../../results/ci/testing/sample.ts'
import { Progress } from '../progress.ts'
import { Events } from './events.ts'
import { publish } from './reports.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-reports-'))
afterAll(() => rmSync(folder, { recursive: true }))

const said: string[] = []
beforeEach(() => {
  said.length = 0
  vi.spyOn(console, 'error').mockImplementation((line) => said.push(line))
  vi.spyOn(console, 'log').mockImplementation(() => {})
  return () => vi.restoreAllMocks()
})

test('a report that cannot be written is an error beside a valid matrix, and a violation is above it', () => {
  // A folder lies where the file should.
  mkdirSync(join(folder, 'junit.xml', 'x'), { recursive: true })
  const page = join(folder, 'no', 'where.md')
  const env = { GITHUB_STEP_SUMMARY: page }
  expect(publish(recordOf([caseOf()]), folder, 'text', env)).toBe(253)
  expect(said).toEqual([
    expect.stringMatching(/^schism: .*junit\.xml cannot be written: /),
    expect.stringMatching(/^schism: .*where\.md cannot be written: no such file or folder$/),
  ])
  for (const name of ['ci.json', 'results.tap', 'summary.md'])
    expect(existsSync(join(folder, name))).toBe(true)
  expect(publish(recordOf([caseOf(ended.violation)], { code: 1 }), folder, 'text', {})).toBe(1)
})

test('the page of a step takes no more than the step has left', () => {
  const page = join(folder, 'step.md')
  const cases = Array.from({ length: 40 }, () => caseOf(ended.violation))
  const sizeBehind = (written: number): number => {
    writeFileSync(page, 'x'.repeat(written))
    publish(recordOf(cases), folder, 'text', { GITHUB_STEP_SUMMARY: page })
    return readFileSync(page).length
  }
  expect(sizeBehind(0)).toBeGreaterThan(5000)
  expect(sizeBehind(SUMMARY_BYTES - 4000)).toBeLessThanOrEqual(SUMMARY_BYTES)
  expect(sizeBehind(SUMMARY_BYTES + 1)).toBe(SUMMARY_BYTES + 1)
})

test('events that cannot be written end nothing, and are told to whoever listens', () => {
  const lines: string[] = []
  const own = join(folder, 'events')
  mkdirSync(own)
  const events = new Events(
    own,
    () => 5,
    new Progress('quiet'),
    (line) => lines.push(line),
  )
  events.tell({ event: 'begin', cases: 1, matrix: 1 })
  rmSync(own, { recursive: true })
  events.tell({ event: 'retry', name: 'a', nth: 1, reason: 'b' })
  expect(events.failure).toMatch(/events\.ndjson cannot be written: no such file or folder/)
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['begin', 'retry'])
  expect(existsSync(own)).toBe(false)
  expect(readFileSync(join(folder, 'ci.json'), 'utf8')).toContain('"version": 1')
})
