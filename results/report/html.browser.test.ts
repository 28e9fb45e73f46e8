import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { History } from '../../checkers/history.ts'
import { htmlReport } from './html.ts'
import type { PageInput } from './page-data.ts'
import { sampleRun } from './sample.test-helper.ts'
import { type OpenedReport, type Opening, reportBrowser } from './testing/browser.ts'
import { patience } from './testing/chromium.ts'

const openText = reportBrowser()

/** Opens a report, and waits until its charts are drawn. */
const open = async (input: PageInput, opening: Opening = {}): Promise<OpenedReport> => {
  const opened = await openText(await htmlReport(input), opening)
  await opened.page.waitForSelector('#rate canvas')
  return opened
}

/** How many pixels of a chart's canvas are not transparent. */
const inked = (page: Page, id: string): Promise<number> =>
  page.evaluate(`{
    const canvas = document.querySelector('#${id} canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    data.reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0)
  }`)

describe('the report in a browser', () => {
  test.each(['light', 'dark'] as const)(
    'of a violation shows all its parts (%s)',
    async (colorScheme) => {
      const { page, complaints } = await open(sampleRun('set'), { colorScheme })
      expect(await page.title()).toMatch(/^VIOLATION · /)
      expect(await page.textContent('h1')).toMatch(
        /redis-sentinel lost \d+ of 3,\d+ acknowledged adds/,
      )
      expect(await page.locator('#proof tbody tr').count()).toBe(9)
      expect(await page.locator('svg.drawing .bar').count()).toBe(9)
      expect(await page.locator('#latency .band').allInnerTexts()).toEqual([
        'partition #1\nn1',
        'partition #2\nn2',
        'partition #3\nn3',
      ])
      expect(await page.locator('#rate .mark').count()).toBe(3)
      expect(await page.locator('#faults tbody tr').count()).toBe(3)
      for (const id of ['latency', 'rate']) expect(await inked(page, id)).toBeGreaterThan(2000)
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  test('zooms both charts and their bands by keyboard', async () => {
    const { page, complaints } = await open(sampleRun('register'))
    const width = (at: number) =>
      page.evaluate<number>(`document.querySelectorAll('.band')[${at}].clientWidth`)
    const before = await width(0)
    await page.focus('#latency')
    await page.keyboard.press('+')
    // The second chart's bands come after the first one's three.
    for (const band of [0, 3])
      await expect.poll(() => width(band), patience).toBeGreaterThan(before * 1.5)
    await page.keyboard.press('0')
    for (const band of [0, 3]) await expect.poll(() => width(band), patience).toBe(before)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('draws the clocks of the nodes where they were sampled', async () => {
    const sample = sampleRun('register')
    const nodes = ['<b>n0</b>', 'n1', 'n2']
    const clocks = Array.from({ length: 60 }, (_, second) => ({
      type: 'info' as const,
      process: 'nemesis' as const,
      f: 'observe',
      time: second * 1e9,
      value: {
        kind: 'clock',
        offsets: Object.fromEntries(
          nodes.map((node, n) => [node, second > 8 && second < 14 ? [5000, 0, -3_600_000][n] : 0]),
        ),
      },
    }))
    const events = [...sample.history].map(({ index, ...event }) => event)
    const history = History.from([...events, ...clocks].toSorted((a, b) => a.time - b.time))
    const { page, complaints } = await open({ ...sample, history })
    expect(await inked(page, 'clocks')).toBeGreaterThan(2000)
    const legend = page.locator('figure:has(#clocks) .legend li')
    expect(await legend.allInnerTexts()).toEqual(nodes)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('tells that the command was copied or selected', async () => {
    const { page, complaints } = await open(sampleRun('register'))
    await page.click('.command button')
    await expect
      .poll(() => page.textContent('.command button'), patience)
      .toMatch(/^(Copied|Selected)$/)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('shows hostile values as text', async () => {
    const nasty =
      '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>\u202e\0'
    const history = History.from([
      { type: 'invoke', process: 0, f: nasty, key: nasty, value: null, node: nasty },
      {
        type: 'fail',
        process: 0,
        f: nasty,
        key: nasty,
        value: 'x'.repeat(1_000_000),
        error: nasty,
      },
    ])
    const { run, verdict } = sampleRun('set')
    const anomalies = [{ type: nasty, summary: nasty, ops: [0], checker: nasty }]
    const { page, complaints } = await open({ run, history, verdict: { ...verdict, anomalies } })
    expect(await page.title()).toMatch(/^VIOLATION/)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.textContent('#proof h3')).toContain('</script><script>')
    expect(complaints).toEqual([])
    await page.close()
  })

  test('of an empty history has no complaints', async () => {
    const { verdict } = sampleRun('set')
    const { page, complaints } = await open({ run: undefined, verdict, history: History.from([]) })
    expect(complaints).toEqual([])
    await page.close()
  })
})
