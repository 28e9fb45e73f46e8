/** The panels of the report in a browser, on runs that schism recorded and on the ways in which a run can end. */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { unlimited } from '../../../../checkers/checker.ts'
import { History } from '../../../../checkers/history.ts'
import { listAppend } from '../../../../checkers/list-append.ts'
import { set } from '../../../../checkers/set.ts'
import { historiesOf } from '../../../../checkers/testing/transactions.ts'
import { recordOf } from '../../../../harness/judge/record.ts'
import { htmlReport } from '../../html.ts'
import { logExcerpt } from '../../log-excerpt.ts'
import type { PageInput } from '../../page-data.ts'
import { sampleRun } from '../../sample.test-helper.ts'
import { reportBrowser } from '../../testing/browser.ts'
import { patience } from '../../testing/chromium.ts'
import { type Recorded, recordedRun } from '../../testing/recorded-runs.ts'

const opened = reportBrowser()
let page: Page
let complaints: readonly string[]

/** Opens a report; what it complains about is collected. */
const open = async (input: PageInput): Promise<void> => {
  const html = await htmlReport(input)
  await page?.close()
  ;({ page, complaints } = await opened(html))
  await page.waitForSelector('#rate canvas')
}

const openRecorded = async (name: Recorded): Promise<void> => open(await recordedRun(name))

const texts = (selector: string): Promise<string[]> => page.locator(selector).allInnerTexts()
const count = (selector: string): Promise<number> => page.locator(selector).count()
const address = (): URLSearchParams => new URLSearchParams(new URL(page.url()).hash.slice(1))

/** Brings a chart into view and waits for its lines. */
const shown = async (chart: string): Promise<void> => {
  await page.locator(`#${chart}`).scrollIntoViewIfNeeded()
  await expect.poll(() => pixels(chart, 'ok'), patience).toBeGreaterThan(100)
}

/** A chart's pixels that are near a colour of the style. */
const pixels = (chart: string, colour: string): Promise<number> =>
  page.evaluate(`{
    const style = getComputedStyle(document.documentElement)
    const [r, g, b] = style.getPropertyValue('--${colour}').trim().match(/[\\da-f]{2}/g).map((part) => parseInt(part, 16))
    const canvas = document.querySelector('#${chart} canvas')
    const { width, height } = canvas
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    copy.drawImage(canvas, 0, 0)
    const { data } = copy.getImageData(0, 0, width, height)
    let near = 0
    for (let at = 0; at < data.length; at += 4)
      if (Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 40 && data[at + 3] > 200) near++
    near
  }`)

describe('a run of Redis that lost what it acknowledged', () => {
  beforeAll(() => openRecorded('redis-sentinel-set'))

  test('says so first, with its proof, the faults then and the command', async () => {
    expect(await page.textContent('h1')).toContain('lost 615 of 833 acknowledged adds')
    expect(await texts('#verdict .claims dt')).toEqual(['Promised', 'Breaks'])
    expect(await count('#verdict svg.drawing .bar')).toBe(2)
    expect(await count('#verdict svg.drawing .contradicts .cross')).toBe(1)
    expect(await page.textContent('#verdict figcaption')).toContain('218 is missing from the read')
    expect(await page.textContent('#verdict .meanwhile')).toContain('partition #1 on r1')
    expect(await page.textContent('.command code')).toContain('--workload set --faults partition')
    expect(complaints).toEqual([])
  })

  test('shows on its charts what was lost, and when', async () => {
    expect(await texts('#charts h3')).toEqual([
      'Latency of each operation',
      'Latency quantiles',
      'Completions a second',
      'Availability',
      'What became of what was added, by the time of its add',
      'What the reads of each node showed',
    ])
    await page.locator('#fate-plot').scrollIntoViewIfNeeded()
    expect(await texts('figure:has(#fate-plot) .legend li')).toEqual(['ok 218', 'lost 615'])
    await expect.poll(() => pixels('fate-plot', 'ok'), patience).toBeGreaterThan(500)
    expect(await pixels('fate-plot', 'bad')).toBeGreaterThan(500)
    for (const chart of ['latency', 'quantiles', 'rate', 'availability']) await shown(chart)
    expect(await texts('#availability .band')).toEqual(['partition #1\nr1'])
  })

  test('tells the fate of each element, and shows its add', async () => {
    const [first] = await texts('#fates tbody tr')
    expect(first).toMatch(/^218\t✕ lost\t#\d+\t8\.774 s\t8\.790 s\t\S+ s\t\S+ s$/)
    await page.click('#fates tbody tr:first-child button')
    await expect.poll(() => address().get('op'), patience).toMatch(/^\d+$/)
  })

  test('has the logs of its nodes in its own time, narrowed by window, node and words', async () => {
    expect(await texts('#logs option')).toEqual(['all', 'r1', 'r2', 'r3', 's1', 's2', 's3'])
    expect(await page.textContent('#logs .log-mark.fault')).toContain('partition #1 on r1 begins')
    const lines = () => count('#logs .log-line')
    const all = await lines()
    await page.fill('#logs input[type=search]', '+sdown')
    await expect.poll(lines, patience).toBeLessThan(all)
    const [said] = await texts('#logs .log-line')
    expect(said).toMatch(/^11\.\d{3} s\ns\d\n.*\+sdown/)
    await page.fill('#logs input[type=search]', '')
    await page.selectOption('#logs select', 'r2')
    await expect
      .poll(() => texts('#logs .log-node'), patience)
      .toEqual(expect.arrayContaining(['r2']))
    expect(new Set(await texts('#logs .log-node'))).toEqual(new Set(['r2']))
    await page.click('#faults tbody button')
    const from = () => Number(address().get('from'))
    // A fifth of the fault's length before it.
    await expect.poll(from, patience).toBeCloseTo((await fault()).begun, 1)
    const times = async () => (await texts('#logs .log-time')).map(Number.parseFloat)
    await expect.poll(async () => Math.min(...(await times())) >= from(), patience).toBe(true)
    expect(complaints).toEqual([])
  })

  const fault = async (): Promise<{ begun: number }> => {
    const [from, to] = (await texts('#faults tbody td:nth-child(n+4):nth-child(-n+5)')).map(
      Number.parseFloat,
    )
    return { begun: from! - (to! - from!) / 5 }
  }
})

describe('a run of Redis that was not linearizable', () => {
  beforeAll(() => openRecorded('redis-replica-reads'))

  test('says which levels it keeps and breaks, each with a proof', async () => {
    expect(await texts('#verdict .claims dd')).toEqual([
      expect.stringContaining('best-effort'),
      'no level',
      'consistent-prefix, monotonic-reads, read-your-writes',
    ])
    expect(await texts('.levels article h3')).toHaveLength(3)
    expect(await count('.levels .session tr.proven')).toBeGreaterThan(2)
    expect(await count('.levels .drawing .edge')).toBeGreaterThan(1)
    expect(complaints).toEqual([])
  })

  test('shows how far an order comes, with the states, and what has no place in it', async () => {
    const states = await texts('#partial tbody tr:not(.stuck) td:nth-last-child(3)')
    expect(states.length).toBeGreaterThan(3)
    expect(states.every((state) => state !== '')).toBe(true)
    expect(await texts('#partial tr.stuck td:nth-last-child(3)')).toEqual(['✕ no place'])
  })

  test('can be walked by keyboard: a bar of the drawing selects its operation', async () => {
    await page.focus('#verdict .bar-group')
    await page.keyboard.press('Enter')
    await expect.poll(() => address().get('op'), patience).toMatch(/^\d+$/)
    const outline = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)
    expect(outline).not.toBe('none')
    await page.focus('#rate')
    await page.keyboard.press('+')
    await expect.poll(() => Number(address().get('from')), patience).toBeGreaterThan(1)
  })
})

test('a valid run of etcd says what it kept, and groups its errors', async () => {
  await openRecorded('etcd')
  expect(await page.textContent('.badge')).toBe('VALID')
  expect(await texts('#verdict .claims dt')).toEqual(['Promised', 'Keeps', 'Found'])
  expect(await count('#proof')).toBe(0)
  await page.locator('#errors button', { hasText: 'Show all' }).first().click()
  await expect.poll(() => address().get('outcome'), patience).toMatch(/^(fail|info)$/)
  expect(await page.textContent('#errors')).toContain('…')
  expect(complaints).toEqual([])
})

test('transactions in a cycle are a graph with the reasons on its edges', async () => {
  const history = historiesOf('list-append').concurrent('ax1ry1', 'ax2ay1', 'rx12ry1')
  const found = listAppend('serializable')(history, unlimited)
  const { run } = sampleRun('set')
  await open({ run, history, verdict: recordOf('x', { 'list-append': found }, []) })
  expect(await page.locator('.graph .edge-name').allTextContents()).toEqual(['wr', 'ww'])
  expect(await page.locator('.graph .node text').allTextContents()).toEqual([
    'T1  txn append x 2 · append y 1',
    'T2  txn append x 1 · r y [1]',
  ])
  expect(await texts('.cycle > figcaption > .reasons-list li')).toEqual([
    "T1 → T2 (wr) T2's read of y = [1] saw T1's append of 1",
    "T2 → T1 (ww) T1 appended 2 to x behind T2's append of 1, as [1 2] shows",
  ])
  expect(await texts('#verdict .claims dd')).toEqual(
    expect.arrayContaining(['strong-read-uncommitted', 'read-committed']),
  )
  await page.locator('.graph .node').nth(1).click()
  await expect.poll(() => address().get('op'), patience).toBe('0')
  expect(complaints).toEqual([])
})

test('whatever a system answers and its nodes print is text in every panel', async () => {
  const nasty = '</script><img src=x onerror="document.title=1"><b>\u202e\u0000שלום 😀'
  const call = (process: number, at: number, f: string, value: unknown, error?: string) => {
    const common = { process, f, key: nasty, node: nasty }
    return [
      { ...common, type: 'invoke' as const, value: f === 'read' ? null : value, time: at * 1e9 },
      error === undefined
        ? { ...common, type: 'ok' as const, value, time: at * 1e9 + 1e6 }
        : { ...common, type: 'fail' as const, value, error, time: at * 1e9 + 1e6 },
    ]
  }
  const history = History.from([
    ...call(0, 1, 'add', nasty),
    ...call(1, 2, 'add', 'x'.repeat(1_000_000)),
    ...call(2, 3, 'add', nasty, nasty.repeat(1000)),
    ...call(3, 4, 'read', [nasty]),
    ...call(4, 5, 'read', []),
  ])
  const index = [...history.operations()].map(({ invoke }) => invoke.index)
  const { run } = sampleRun('set')
  const edge = (from: number, to: number) => ({ from, to, relation: nasty, why: nasty })
  const verdict = recordOf('x', { set: set(history, unlimited) }, [nasty])
  const anomaly = {
    ...{ type: nasty, summary: nasty, checker: nasty, ops: index, elements: [nasty, nasty] },
    edges: [edge(index[0]!, index[3]!), edge(index[3]!, index[0]!)],
  }
  const anomalies = [anomaly, { ...anomaly, edges: [edge(index[0]!, index[3]!)] }]
  const logs = [
    {
      unreadBytes: 0,
      ...logExcerpt(nasty, `1.5 ${nasty}\n`.repeat(3), { origin: '', spans: [], linesMax: 9 }),
    },
  ]
  const odd = { ...run, id: nasty, command: nasty, environment: { [nasty]: nasty } }
  await open({
    run: odd,
    history,
    logs,
    verdict: { ...verdict, outcome: 'violation', anomalies, problems: [nasty] },
  })
  await expect.poll(() => texts('#logs .log-line'), patience).toHaveLength(3)
  await expect.poll(() => texts('#errors tbody tr'), patience).toHaveLength(1)
  expect(await count('#fates tbody tr')).toBeGreaterThan(1)
  for (const panel of ['verdict', 'proof', 'logs', 'errors', 'fates', 'facts'])
    expect(await page.textContent(`#${panel}`)).toContain('<img src=x onerror=')
  expect(await count('img, b')).toBe(0)
  expect(await page.title()).not.toBe('1')
  expect(complaints).toEqual([])
})

describe('a run without a verdict', () => {
  const { run, verdict, history } = sampleRun('register')
  const order = (): Promise<string[]> => texts('#verdict h2')

  test('that is unknown says why and what to do, before anything else', async () => {
    const checkers = {
      linearizable: { valid: 'unknown', reason: 'out of time: the budget is 60 s' },
    } as const
    const reason = checkers.linearizable.reason
    await open({
      run,
      history,
      verdict: { ...verdict, valid: 'unknown', outcome: 'unknown', reason, checkers },
    })
    expect(await page.textContent('.badge')).toBe('UNKNOWN')
    expect(await order()).toEqual(['Why there is no verdict', 'What to do'])
    expect(await page.textContent('.advice')).toContain('--budget 10m')
    expect(complaints).toEqual([])
  })

  test('that proves nothing is not taken for a valid one', async () => {
    const reason =
      'vacuous: the fault partition (episode 0) did not take hold: 0 of 4 links were cut'
    await open({
      run,
      history,
      verdict: { ...verdict, valid: 'unknown', outcome: 'unknown', reason },
    })
    expect(await page.textContent('.badge')).toBe('PROVES NOTHING')
    expect(await order()).toEqual(['Why this run proves nothing', 'What to do'])
    expect(await page.textContent('.advice')).toContain('schism doctor')
  })

  test('because the harness failed has its problems first, and what nodes printed', async () => {
    const problems = ['n2 was not ready within 60 s', 'the engine did not answer']
    const lines = [
      { node: 'n2', number: 1, at: 3e9, text: 'panic: <b>no</b> space left', trouble: true },
    ] as const
    const logs = [{ node: 'n2', total: 1, unreadBytes: 0, lines }]
    await open({ run, history, logs, verdict: { ...verdict, outcome: 'environment', problems } })
    expect(await page.textContent('.badge')).toBe('HARNESS FAILURE')
    expect(await order()).toEqual([
      'Problems of the harness',
      'What the nodes printed last',
      'What to do',
    ])
    expect(await texts('.reasons:first-of-type li')).toEqual(problems)
    expect(await page.textContent('#verdict .log')).toContain('panic: <b>no</b> space left')
    expect(complaints).toEqual([])
  })
})
