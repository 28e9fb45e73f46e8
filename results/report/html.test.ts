import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { History } from '../../checkers/history.ts'
import { drawing } from './drawing.ts'
import { embedded, htmlReport } from './html.ts'
import { type PageInput, pageData } from './page-data.ts'
import { proof } from './proof.ts'
import { sampleRun } from './sample.test-helper.ts'
import { timeline } from './timeline.ts'

const set = sampleRun('set')

describe('the page', () => {
  test('admits its own scripts and styles by hash and nothing else', async () => {
    const html = await htmlReport(set)
    const hashOf = (code: string) => createHash('sha256').update(code).digest('base64')
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).not.toMatch(/unsafe|http|\*/)
    for (const [, code] of html.matchAll(/<(?:script|style)>([\s\S]*?)<\/(?:script|style)>/g))
      expect(policy).toContain(`'sha256-${hashOf(code!)}'`)
    expect(html).not.toMatch(/(src|href)=/)
  })

  test('holds hostile values as data only', async () => {
    const nasty = '</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u2028\u202e\0'
    const history = History.from([
      { type: 'invoke', process: 0, f: nasty, key: nasty, value: nasty },
      { type: 'ok', process: 0, f: nasty, key: nasty, value: nasty.repeat(20_000) },
    ])
    const anomalies = [{ type: nasty, summary: nasty, ops: [0], checker: nasty }]
    const verdict = { ...set.verdict, anomalies, notes: [nasty], problems: [nasty] }
    const html = await htmlReport({ run: set.run, verdict, history })
    expect(html.match(/<script/g)).toHaveLength(4)
    expect(html.match(/<\/script/g)).toHaveLength(4)
    expect(html).not.toContain('<img')
    expect(html.length).toBeLessThan(400_000)
    const data = /id="data">(.*)<\/script>/.exec(html)![1]!
    expect(JSON.parse(data)).toEqual(
      JSON.parse(embedded(pageData({ run: set.run, verdict, history }))),
    )
  })

  test('of an empty history is made all the same', async () => {
    const empty = { run: undefined, verdict: set.verdict, history: History.from([]) }
    expect(await htmlReport(empty)).toContain('<!doctype html>')
    const figures = (input: PageInput) => pageData(input).figures.map(({ name }) => name)
    expect(figures(set)).toContain('faults installed')
    // Nobody knows whether there were any.
    expect(figures(empty)).toEqual(['operations', 'ok a second'])
  })
})

test('a drawing keeps the order of all starts and ends, and what overlaps overlaps', () => {
  const ms = 1e6
  const history = History.from([
    { type: 'invoke', process: 0, f: 'write', value: 1, time: 0 },
    { type: 'invoke', process: 1, f: 'read', value: null, time: 1 * ms },
    { type: 'ok', process: 0, f: 'write', value: 1, time: 2 * ms },
    { type: 'ok', process: 1, f: 'read', value: 0, time: 3 * ms },
    { type: 'invoke', process: 2, f: 'read', value: null, time: 60_000 * ms },
  ])
  const anomaly = { type: 'stale-read', summary: '', ops: [0, 1, 4], checker: 'c' }
  const one = proof(history, anomaly, timeline(history), { limit: 10, width: 20 })
  const { bars, lanes, ticks } = drawing(one)!
  expect(lanes).toEqual(['process 0', 'process 1', 'process 2'])
  const [write, read, late] = bars
  const places = [write!.from, read!.from, write!.to, read!.to, late!.from]
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(new Set(places).size).toBe(5)
  expect(late).toMatchObject({ open: true, to: 1, outcome: 'info' })
  expect(ticks.map(({ label }) => label)).toContain('60.000 s')
})
