import chalk from 'chalk'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EventInput, History } from '../../checkers/history.ts'
import type { VerdictRecord } from '../run.ts'
import { consoleReport } from './console.ts'
import { type Sample, sampleRun } from './sample.test-helper.ts'

beforeAll(() => {
  chalk.level = 0
})

const report = (sample: Sample, change: Partial<VerdictRecord> = {}): string =>
  consoleReport({ ...sample, verdict: { ...sample.verdict, ...change }, folder: '/runs/x' })

const set = sampleRun('set')
const register = sampleRun('register')

describe('the first line', () => {
  const lines: readonly (readonly [string, string, RegExp])[] = [
    [
      'of a loss',
      report(set),
      /^VIOLATION {2}redis-sentinel lost \d+ of 3,\d+ acknowledged adds to a set \(promised: best-effort\)$/,
    ],
    [
      'of a valid run',
      report(register),
      /^VALID {2}etcd register: linearizable over 3,\d+ operations, through 3 faults and 3 leader changes$/,
    ],
    [
      'of a valid run without faults',
      report(sampleRun('set', { faults: false })),
      /^VALID {2}redis-sentinel set: nothing was lost over 4,\d+ operations, through no faults$/,
    ],
    [
      'of an unknown',
      report(register, { outcome: 'unknown', valid: 'unknown', reason: 'out of time on key 7' }),
      /^UNKNOWN {2}etcd register: out of time on key 7$/,
    ],
    [
      'of a harness failure',
      report(register, { outcome: 'environment', problems: ['n2 was not ready within 60 s'] }),
      /^HARNESS FAILURE {2}n2 was not ready within 60 s$/,
    ],
    [
      'of an interruption',
      report(register, { outcome: 'interrupted' }),
      /^INTERRUPTED {2}until then, etcd register: linearizable over /,
    ],
    [
      'of a malformed history',
      report(register, {
        outcome: 'malformed',
        reason: 'line 3: no type',
        problems: ['line 3: no type'],
      }),
      /^MALFORMED {2}\/tmp\/run: line 3: no type$/,
    ],
  ]
  test.each(lines)('%s', (_, text, expected) => {
    expect(text.split('\n')[0]).toMatch(expected)
  })
})

test('the numbers say how much was answered, in the kinds of time that there were', () => {
  const stats = { 'answered.before': 1, 'gapMs.before': 12, 'answered.during': 0.9746 }
  const checkers = { ...register.verdict.checkers, availability: { valid: true, stats } } as const
  expect(report(register, { checkers })).toContain(
    '  answered 100 % before the first fault (nothing for 12.0 ms), 97.4 % while faults were in place\n',
  )
  expect(report(register)).not.toContain('answered')
})

test('the errors are counted, the most frequent first, as one printable line each', () => {
  const events: EventInput[] = []
  const fail = (process: number, error: string) => {
    const call = { process, f: 'write', value: 1 }
    events.push({ ...call, type: 'invoke' }, { ...call, type: 'fail', error })
  }
  for (let process = 0; process < 30; process++) fail(process, 'READONLY')
  for (let process = 0; process < 9; process++) fail(process, 'no\u001b[31mleader')
  for (const n of [1, 2, 3, 4]) fail(n, `refused ${n}`)
  const text = report({ ...register, history: History.from(events) })
  expect(text).toMatch(
    / {2}f +outcome +times +error\n {2}write +fail +30 +READONLY\n {2}write +fail +9 +no\\u001b\[31mleader\n/,
  )
  expect(text).toMatch(/ {2}and 2 more kinds of errors\n/)
  expect(report(sampleRun('set', { faults: false }))).not.toContain('times  error')
})

test('a run without a verdict says what to do about it, a violation where it stands', () => {
  const unknown = { outcome: 'unknown', valid: 'unknown', reason: 'out of time on key 7' } as const
  expect(report(register, unknown)).toMatch(/\nnext {7}Give the checkers more time/)
  expect(report(register)).not.toMatch(/\n(next|stands) /)
  const placement = { strongest: 'sequential', weakestBroken: 'linearizable', anomalies: [] }
  expect(report(set, { placement })).toMatch(/\nstands {5}keeps sequential; breaks linearizable/)
})

test('what was run stands under the verdict', () => {
  expect(report(set)).toMatch(
    /\ntested {5}redis-sentinel 7\.0\.15 with set, 3 nodes, seed 45100, begun 2026-01-02 03:04:05 UTC;/,
  )
  expect(report(set)).toMatch(/3 of 3 faults installed \(partition 3\)/)
})

describe('a violation', () => {
  const text = report(set)

  test('shows the operations that prove it as an aligned table', () => {
    const rows = text.split('\n').filter((row) => /^ {2}\d+\.\d{3} {2}/.test(row))
    expect(rows.length).toBe(8)
    expect(rows[0]).toMatch(/^ {2}8\.\d{3} .* add .* ok .* n1 .* ms$/)
    expect(rows.at(-1)).toMatch(/read {2}\[.*…\] 3,\d{3} items +ok/)
  })

  test('names the faults active meanwhile with their evidence, and the fail-over', () => {
    expect(text).toContain('partition #1 on n1 (isolate primary) from 8.0 to 14.1 s')
    expect(text).toContain('4 of 4 cut links dropped a probe')
    expect(text).toContain('leader changed n1 → n1 + n2 at 10.0 s, during partition #1 (n1)')
    expect(text).not.toContain('partition #3 on')
  })

  test('says how to repeat it and where everything is', () => {
    expect(text).toMatch(/^repeat +schism test redis-sentinel .* --seed 45100$/m)
    expect(text).toMatch(/^run +\/runs\/x$/m)
  })
})

test('without a run, the file that was judged speaks for itself', () => {
  const { verdict, history } = set
  const text = consoleReport({
    verdict: { ...verdict, input: 'a.jsonl' },
    history,
    folder: 'a.jsonl',
  })
  expect(text).toMatch(/^VIOLATION {2}a\.jsonl lost /)
  expect(text).not.toContain('repeat')
})

test('every line but command and paths is at most 100 columns', () => {
  for (const text of [report(set), report(register)])
    for (const row of text.split('\n'))
      if (!/^(repeat|run|report) /.test(row)) expect(row.length, row).toBeLessThanOrEqual(100)
})

test('an operation that was still open, an unknown index and foreign nemesis events do no harm', () => {
  const history = History.from([
    { type: 'info', process: 'nemesis', f: 'start', value: 'anything' },
    { type: 'info', process: 'nemesis', f: 'observe', value: { kind: 'primaries' } },
    { type: 'ok', process: 'nemesis', f: 'kill', value: { phase: 'injected', episode: 9 } },
    { type: 'invoke', process: 'nemesis', f: 'kill', value: { phase: 'inject', episode: 0 } },
    { type: 'ok', process: 'nemesis', f: 'kill', value: { phase: 'injected', episode: 0 } },
    { type: 'invoke', process: 0, f: 'add', value: 1 },
  ] as never)
  const anomaly = { type: 'G1c', summary: 's', ops: [5, 77], checker: 'c' }
  const text = report({ ...set, history }, { anomalies: [anomaly] })
  expect(text).toMatch(/^VIOLATION {2}redis-sentinel shows G1c: s/)
  expect(text).toMatch(/add .* info .* never$/m)
})

test('hostile values stay one printable line each', () => {
  const nasty = '\u001b[2J<script>\n\u202e\0😀'.repeat(2000)
  const history = History.from([
    { type: 'invoke', process: 0, f: nasty, key: nasty, value: nasty, node: nasty },
    { type: 'fail', process: 0, f: nasty, key: nasty, value: [nasty], error: nasty },
  ])
  const anomaly = { type: nasty, summary: nasty, ops: [0], checker: nasty }
  const text = report(
    { ...set, history },
    { anomalies: [anomaly], notes: [nasty], problems: [nasty] },
  )
  expect(text.replaceAll('\n', '')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
  expect(text.length).toBeLessThan(20_000)
})

describe('a history from elsewhere', () => {
  const history = History.from([
    { process: 0, type: 'invoke', f: 'write', value: 1 },
    { process: 0, type: 'ok', f: 'write', value: 1 },
  ])
  const told = (verdict: VerdictRecord, of: History): string =>
    consoleReport({ run: undefined, verdict, history: of, folder: 'elsewhere.edn' })

  test('without times has no latencies and no rate', () => {
    const text = told(register.verdict, history)
    expect(text).toMatch(/write +1 +0 +0\s*\n/)
    expect(text).not.toMatch(/ ms|a second/)
  })

  test('without a record of faults says nothing of any, whatever the verdict', () => {
    const valid = told(register.verdict, history)
    expect(valid).toMatch(/^VALID {2}\S+: linearizable over 1 operation$/m)
    const anomaly = { type: 'stale-read', summary: 's', ops: [0], checker: 'linearizable' }
    const outcome = { valid: false, outcome: 'violation', anomalies: [anomaly] } as const
    const violation = told({ ...register.verdict, ...outcome }, history)
    for (const text of [valid, violation]) expect(text).not.toMatch(/fault|leader/)
  })

  test('with one says what was broken', () => {
    const text = told(register.verdict, register.history)
    expect(text).toMatch(/^VALID .* operations, through 3 faults and 3 leader changes$/m)
    expect(text).toMatch(/3 of 3 faults installed/)
  })
})
