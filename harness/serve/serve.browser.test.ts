/** The page of `schism serve` in a browser: the table, a run, one that goes on, two compared, a history. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleRun } from '../../results/report/sample.test-helper.ts'
import { complaintsAbout, launched, patience } from '../../results/report/testing/chromium.ts'
import { createRunFolder, files, HistoryLog, writeRun, writeVerdict } from '../../results/store.ts'
import type { Served } from './server.ts'

// Compiled, as workers are.
const load = async (file: string): Promise<unknown> =>
  import(join(import.meta.dirname, '../../dist', file))
const { serve } = (await load('harness/serve/server.js')) as typeof import('./server.ts')
const { RunIndex } = (await load(
  'results/archive/index.js',
)) as typeof import('../../results/archive/index.ts')

const nasty = '<img src=x onerror=document.title="owned">\u202e'

const root = mkdtempSync(join(tmpdir(), 'schism-serve-page-'))
const store = join(root, 'runs')
const samples = {
  set: sampleRun('set', { seconds: 20 }),
  register: sampleRun('register', { seconds: 20 }),
}

interface Kept {
  readonly seed?: number
  readonly at?: string
  readonly p99?: number
  readonly says?: string
}

const keep = (id: string, of: keyof typeof samples, { seed = 1, at, p99 = 5, says }: Kept = {}) => {
  const folder = createRunFolder(store, id)
  const { run, verdict, history } = samples[of]
  writeRun(folder, { ...run, id, seed, startedAt: at ?? run.startedAt })
  const log = new HistoryLog(join(folder, files.history))
  for (const event of history) log.append(event)
  log.close()
  const numbers = { 'ok.read': 1000 + seed, 'latencyMs.p50': 1, 'latencyMs.p99': p99 }
  const stats = { valid: true, stats: numbers } as const
  const anomalies = verdict.anomalies.map((one) => ({ ...one, summary: says ?? one.summary }))
  const checkers = { ...verdict.checkers, stats }
  writeVerdict(folder, { ...verdict, input: folder, anomalies, checkers })
}

let browser: Browser
let context: BrowserContext
let served: Served
let complaints: readonly string[]
beforeAll(async () => {
  keep('a-set', 'set', { seed: 7, p99: 80, says: nasty })
  for (const day of [1, 2, 3])
    keep(`b-register-${day}`, 'register', {
      seed: day,
      p99: 10 * day,
      at: `2026-02-0${day}T00:00:00.000Z`,
    })
  served = await serve({
    ...{ store, host: '127.0.0.1', port: 0, changes: 'allowed' },
    index: new RunIndex(store),
    budget: { budgetMs: 60_000, memoryBytes: 1e9 },
    failed: (error) => {
      throw error
    },
  })
  browser = await launched()
  context = await browser.newContext({ viewport: { width: 1300, height: 900 } })
  const page = await opened('')
  await page.close()
})
afterAll(async () => {
  await browser?.close()
  await served?.close()
  rmSync(root, { recursive: true, force: true })
})

/** A page of the server, at a place behind `#`; with all that the browser complains about. */
const opened = async (place: string): Promise<Page> => {
  const page = await context.newPage()
  const origin = new URL(served.url).origin
  complaints = complaintsAbout(page, (address) => new URL(address).origin === origin)
  await page.goto(place === '' ? served.url : `${origin}/#${place}`)
  return page
}

const cells = (page: Page, table: string, column: number) =>
  page.locator(`${table} tbody tr td:nth-child(${column})`).allInnerTexts()
const seeds = (page: Page) => cells(page, '#runs', 7)

test('the table is sorted by its heads, newest first at the beginning', async () => {
  const page = await opened('/')
  await expect.poll(() => seeds(page), patience).toEqual(['3', '2', '1', '7'])
  await page.click('th button:text("p99")')
  await expect.poll(() => seeds(page), patience).toEqual(['7', '3', '2', '1'])
  await page.click('th button:text("p99")')
  await expect.poll(() => seeds(page), patience).toEqual(['1', '2', '3', '7'])
  expect(await page.getAttribute('th:has(button:text("p99"))', 'aria-sort')).toBe('ascending')
  // The address holds the order: whoever opens it sees the same.
  expect(page.url()).toContain('sort=p99')
  expect(complaints).toEqual([])
  await page.close()
})

test('the table is searched and filtered, by keyboard as well', async () => {
  const page = await opened('/')
  await expect.poll(() => seeds(page), patience).toHaveLength(4)
  await page.focus('input[name=search]')
  await page.keyboard.type('redis lost')
  await expect.poll(() => seeds(page), patience).toEqual(['7'])
  await page.fill('input[name=search]', '')
  await expect.poll(() => seeds(page), patience).toHaveLength(4)
  await page.selectOption('select[name=outcome]', 'valid')
  await expect.poll(() => seeds(page), patience).toEqual(['3', '2', '1'])
  await page.fill('input[name=seed]', '2')
  await expect.poll(() => seeds(page), patience).toEqual(['2'])
  expect(await page.innerText('#counts')).toBe('1 of 4 runs')
  expect(complaints).toEqual([])
  await page.close()
})

test('a run shows what it was as text, and leads to its report, which has nothing of the server', async () => {
  const page = await opened('/')
  await page.click('#runs a:text("2026-01-02")')
  await expect
    .poll(() => page.innerText('#says'), patience)
    .toContain('<img src=x onerror=document.title="owned">\\u202e')
  expect(await page.locator('main img').count()).toBe(0)
  expect(await page.innerText('#files')).toMatch(/history\.jsonl/)
  const [report] = await Promise.all([
    context.waitForEvent('page'),
    page.click('a:text("Open the report")'),
  ])
  await expect.poll(() => report.title(), patience).toMatch(/^VIOLATION/)
  // An origin of its own: it neither has the cookie nor may it ask.
  expect(await report.evaluate('self.origin')).toBe('null')
  const asks = `fetch('/api/runs').then(() => 'answered', () => 'refused')`
  expect(await report.evaluate(asks)).toBe('refused')
  expect(complaints).toEqual([])
  await Promise.all([report.close(), page.close()])
})

test('two runs are chosen and compared', async () => {
  const page = await opened('/')
  await page.check('input[aria-label="compare a-set"]')
  await page.check('input[aria-label="compare b-register-2"]')
  await page.click('#compare')
  await expect
    .poll(() => cells(page, '#plan', 1), patience)
    .toEqual(expect.arrayContaining(['seed', 'workload', 'system']))
  const plan = await page.locator('#plan tbody tr').allInnerTexts()
  expect(plan.map((row) => row.split(/\s+/))).toContainEqual(['workload', 'set', 'register'])
  expect(await page.innerText('#found')).toMatch(/lost \(set\)\s+1\s+0/)
  expect(await cells(page, '#operations', 1)).toEqual(expect.arrayContaining(['add', 'write']))
  expect(complaints).toEqual([])
  await page.close()
})

test('the history of a configuration is drawn and listed over time', async () => {
  const page = await opened('/history/b-register-1')
  await expect.poll(() => cells(page, '#history', 3), patience).toEqual(['3', '2', '1'])
  expect(await page.innerText('#shares')).toBe('0 violations in 3 runs with a verdict')
  expect(await page.locator('.chart .sign').count()).toBe(3)
  const points = await page.getAttribute('.chart polyline.p99', 'points')
  const heights = points!.split(' ').map((point) => Number(point.split(',')[1]))
  // Slower is higher, and the axis begins at the top.
  expect(heights).toEqual(heights.toSorted((a, b) => b - a))
  expect(new Set(heights).size).toBe(3)
  expect(complaints).toEqual([])
  await page.close()
})

test('a run that goes on is watched until its verdict, and judged again', async () => {
  const { run, verdict, history } = samples.register
  const folder = createRunFolder(store, 'c-live')
  writeRun(folder, { ...run, id: 'c-live', faults: [], schedule: { episodes: [] } })
  const log = new HistoryLog(join(folder, files.history))
  const events = [...history]
  const during = events.findIndex(
    ({ process, type, f }) => process === 'nemesis' && f === 'partition' && type === 'ok',
  )
  for (const event of events.slice(0, during + 200)) log.append(event)
  log.flush()
  const page = await opened('/run/c-live')
  const reads = () => cells(page, '#live-kinds', 2)
  await expect
    .poll(() => page.innerText('#live-faults'), patience)
    .toMatch(/^partition on n1 since/)
  expect(await page.locator('.rate rect').count()).toBeGreaterThan(5)
  const before = await reads()
  for (const event of events.slice(during + 200)) log.append(event)
  log.close()
  await expect.poll(reads, patience).not.toEqual(before)
  await expect.poll(() => page.innerText('#live-faults'), patience).toBe('none')
  const [report] = await Promise.all([
    context.waitForEvent('page'),
    page.click('a:text("Open the report")'),
  ])
  await expect.poll(() => report.title(), patience).toMatch(/^UNKNOWN/)
  await report.close()
  writeVerdict(folder, { ...verdict, input: folder, outcome: 'unknown', valid: 'unknown' })
  await expect.poll(() => page.innerText('h1'), patience).toMatch(/unknown/)
  expect(await page.locator('#live').count()).toBe(0)
  await page.click('#check')
  await expect.poll(() => page.innerText('h1'), patience).toMatch(/(valid|violation) etcd/)
  expect(complaints).toEqual([])
  await page.close()
})

test('without the token there is nothing', async () => {
  const stranger = await browser.newContext()
  const page = await stranger.newPage()
  const response = await page.goto(new URL(served.url).origin)
  expect(response!.status()).toBe(401)
  expect(await page.textContent('body')).toMatch(/the token is missing or wrong/)
  await stranger.close()
})
