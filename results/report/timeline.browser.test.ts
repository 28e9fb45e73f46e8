import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type EventInput, History, HistoryBuilder } from '../../checkers/history.ts'
import { htmlReport } from './html.ts'
import { sampleRun } from './sample.test-helper.ts'
import { reportBrowser } from './testing/browser.ts'
import { patience } from './testing/chromium.ts'
import { recordedRun } from './testing/recorded-runs.ts'

const open = reportBrowser()

/** Waits until the timeline is drawn. */
const drawn = (page: Page) =>
  page.waitForSelector('.timeline-frame canvas[style*="height"]', patience)

const details = (page: Page) => page.locator('.timeline .selected')
const status = (page: Page) => page.textContent('.timeline-tools [role=status]')
const fragment = (page: Page) => new URL(page.url()).hash

/** How many pixels of the timeline have a colour of the page's style, about. */
const inked = (page: Page, colour: string): Promise<number> =>
  page.evaluate(`{
    const shown = document.querySelector('.timeline-frame canvas')
    const copy = new OffscreenCanvas(shown.width, shown.height)
    const canvas = copy.getContext('2d', { willReadFrequently: true })
    canvas.drawImage(shown, 0, 0)
    const { data } = canvas.getImageData(0, 0, copy.width, copy.height)
    const name = getComputedStyle(document.documentElement).getPropertyValue('--${colour}').trim()
    const wanted = [1, 3, 5].map((at) => Number.parseInt(name.slice(at, at + 2), 16))
    let count = 0
    for (let at = 0; at < data.length; at += 4)
      if (wanted.every((part, n) => Math.abs(data[at + n] - part) < 30)) count++
    count
  }`)

describe('the timeline of a violating run of Redis', () => {
  let html = ''
  let violating: Awaited<ReturnType<typeof recordedRun>>
  beforeAll(async () => {
    violating = await recordedRun('redis-replica-reads')
    html = await htmlReport(violating)
  })

  test('goes to the first violation, tells all of it, and can be linked', async () => {
    const { page, complaints } = await open(html)
    await drawn(page)
    await page.click('.to-violation')
    await expect.poll(() => details(page).textContent(), patience).toContain('proves')
    await expect.poll(() => fragment(page), patience).toMatch(/op=\d+/)
    const op = Number(/op=(\d+)/.exec(fragment(page))![1])
    expect(violating.verdict.anomalies.some(({ ops }) => ops.includes(op))).toBe(true)
    const { invoke, completion } = [...violating.history.operations()].find(
      ({ invoke }) => invoke.index === op,
    )!
    const told = await details(page).innerText()
    for (const fact of [`#${op}`, invoke.node!, `${(invoke.time / 1e9).toFixed(9)} s`])
      expect(told).toContain(fact)
    expect(told).toContain(JSON.stringify(completion?.value))
    // The same link shows the same.
    const again = await open(html, { address: fragment(page) })
    await drawn(again.page)
    expect(await details(again.page).innerText()).toBe(told)
    expect(fragment(again.page)).toBe(fragment(page))
    expect([...complaints, ...again.complaints]).toEqual([])
    await page.close()
    await again.page.close()
  })

  test('tells the state that the checker knew before and after an operation', async () => {
    const { witness } = violating.verdict
    const partial = witness?.valid === false ? witness.partial : undefined
    const op = partial!.ops.at(-1)!
    const { page } = await open(html, { address: `#op=${op}` })
    await drawn(page)
    const told = await details(page).innerText()
    expect(told).toContain('state before')
    expect(told).toMatch(new RegExp(`state after\\s+${partial!.states.at(-1)}`))
    await page.close()
  })

  test('moves by keyboard, in time and from operation to operation', async () => {
    const { page, complaints } = await open(html)
    await drawn(page)
    await page.focus('.timeline-frame')
    const window = () => {
      const fields = new URLSearchParams(fragment(page).slice(1))
      return [Number(fields.get('from')), Number(fields.get('to'))] as const
    }
    for (const key of ['+', '+', 'ArrowRight']) await page.keyboard.press(key)
    await expect.poll(() => window()[0], patience).toBeGreaterThan(0)
    const [from, to] = window()
    await page.keyboard.press('-')
    await expect.poll(() => window()[1] - window()[0], patience).toBeCloseTo(2 * (to - from), 3)
    await page.keyboard.press('Enter')
    await expect.poll(() => details(page).count(), patience).toBe(1)
    const chosen = () => details(page).locator('h3').innerText()
    const first = await chosen()
    await page.keyboard.press('N')
    await expect.poll(chosen, patience).not.toBe(first)
    const live = page.locator('.timeline [aria-live=polite]')
    expect(await live.textContent()).toContain((await chosen()).split(' ')[0])
    await page.keyboard.press('P')
    await expect.poll(chosen, patience).toBe(first)
    await page.keyboard.press('Escape')
    await expect.poll(() => details(page).count(), patience).toBe(0)
    await page.keyboard.press('0')
    await expect.poll(() => fragment(page), patience).toBe('')
    expect(complaints).toEqual([])
    await page.close()
  })

  test('shows what a filter asks for, and that alone', async () => {
    const { page, complaints } = await open(html, { address: '#outcome=fail' })
    await drawn(page)
    const all = [...violating.history.operations()]
    const failed = all.filter(({ outcome }) => outcome === 'fail').length
    const of = ` of ${all.length.toLocaleString('en-US')} operations`
    await expect.poll(() => status(page), patience).toBe(`${failed.toLocaleString('en-US')}${of}`)
    await expect.poll(() => inked(page, 'ok'), patience).toBe(0)
    await page.click('text=Show all')
    const error = all.find(({ completion }) => completion?.error !== undefined)!.completion!.error!
    await page.fill('.timeline-tools .search', error.slice(0, 12).toUpperCase())
    const having = all.filter(({ completion }) =>
      completion?.error?.toLowerCase().includes(error.slice(0, 12).toLowerCase()),
    ).length
    await expect.poll(() => status(page), patience).toBe(`${having.toLocaleString('en-US')}${of}`)
    const { index } = all[0]!.invoke
    await page.fill('.timeline-tools .search', `#${index}`)
    await expect.poll(() => status(page), patience).toBe(`1${of}`)
    await page.click('.visible-operations summary')
    await expect.poll(() => page.locator('.visible-operations tbody tr').count(), patience).toBe(1)
    await page.click('.visible-operations tbody button')
    await expect.poll(() => details(page).innerText(), patience).toContain(`#${index} `)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('is moved, zoomed and asked by pointer', async () => {
    const { invoke } = [...violating.history.operations()].filter(
      ({ invoke }) => invoke.process === 0,
    )[5]!
    const [from, to] = [invoke.time / 1e9 - 0.05, invoke.time / 1e9 + 0.05]
    const { page, complaints } = await open(html, { address: `#process=0&from=${from}&to=${to}` })
    await drawn(page)
    await expect.poll(() => status(page), patience).toContain(' of ')
    const canvas = page.locator('.timeline-frame canvas')
    await canvas.scrollIntoViewIfNeeded()
    const box = (await canvas.boundingBox())!
    const row = box.y + box.height - 28
    // It begins in the middle of the axis, which begins behind the names.
    const middle = box.x + 104 + (box.width - 104) / 2 + 1
    await page.mouse.move(middle, row)
    await expect
      .poll(() => page.locator('.tip').innerText(), patience)
      .toContain(`#${invoke.index}, process 0`)
    await page.mouse.click(middle, row)
    await expect.poll(() => details(page).innerText(), patience).toContain(`#${invoke.index} `)
    const window = () => {
      const fields = new URLSearchParams(fragment(page).slice(1))
      return Number(fields.get('to')) - Number(fields.get('from'))
    }
    const begins = () => Number(new URLSearchParams(fragment(page).slice(1)).get('from'))
    await page.mouse.move(middle + 200, row)
    await page.mouse.down()
    await page.mouse.move(middle - 200, row, { steps: 3 })
    await page.mouse.up()
    await expect.poll(begins, patience).toBeGreaterThan(from + 0.02)
    expect(window()).toBeCloseTo(0.1, 6)
    await page.mouse.wheel(0, -300)
    await expect.poll(window, patience).toBeLessThan(0.09)
    const map = (await page.locator('.minimap').boundingBox())!
    await page.mouse.move(map.x + map.width / 4, map.y + 10)
    await page.mouse.down()
    await page.mouse.move(map.x + map.width / 2, map.y + 10, { steps: 3 })
    await page.mouse.up()
    const lastNs = violating.history.columns.time.at(-1)!
    await expect.poll(window, patience).toBeCloseTo(lastNs / 4e9, 1)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('tells a fault with its targets and evidence', async () => {
    const { page, complaints } = await open(html)
    await drawn(page)
    const canvas = page.locator('.timeline-frame canvas')
    await canvas.scrollIntoViewIfNeeded()
    const box = (await canvas.boundingBox())!
    // The names of faults stand right below the axis.
    for (let x = 110; x < box.width && (await page.locator('.tip').count()) === 0; x += 10)
      await page.mouse.move(box.x + x, box.y + 34)
    const tip = await page.locator('.tip').innerText()
    expect(tip).toMatch(/partition #1 on \w+/)
    expect(tip).toMatch(/a probe was dropped on 10 of 10 cut links/)
    await page.mouse.down()
    await page.mouse.up()
    await expect.poll(() => details(page).innerText(), patience).toContain('evidence of healing')
    expect(complaints).toEqual([])
    await page.close()
  })
})

test.each(['light', 'dark'] as const)(
  'the timeline shows every outcome, who led and what proves a violation (%s)',
  async (scheme) => {
    const { page, complaints } = await open(await htmlReport(sampleRun('set')), {
      colorScheme: scheme,
    })
    await drawn(page)
    for (const colour of ['ok', 'fail', 'info', 'leader', 'bad'])
      await expect.poll(() => inked(page, colour), patience).toBeGreaterThan(20)
    expect(complaints).toEqual([])
    await page.close()
  },
)

test('hostile values are text, cut where they are large, and searched all the same', async () => {
  const nasty = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>'
  const strange = '\u202eRTL שלום 😀 \0 \ud83d'
  const call = (process: number, value: unknown, error: string): EventInput[] => [
    { type: 'invoke', process, f: nasty, key: strange, value, node: nasty },
    { type: 'fail', process, f: nasty, key: strange, value, error },
  ]
  const history = History.from([
    ...call(0, nasty, strange),
    ...call(1, `needle${'x'.repeat(1_000_000)}`, nasty),
    ...call(2, { [strange]: strange }, strange),
  ])
  const { run, verdict } = sampleRun('set')
  const { page, complaints } = await open(await htmlReport({ run, verdict, history }), {
    address: '#op=2',
  })
  await drawn(page)
  const told = await details(page).innerText()
  expect(told).toContain(nasty)
  expect(told).toContain('needlexxx')
  expect(told).toContain('1,000,006 characters')
  expect(told).toContain('\\u202eRTL שלום 😀 \\u0000 \\ud83d')
  await page.fill('.timeline-tools .search', 'NEEDLE')
  await expect.poll(() => status(page), patience).toBe('1 of 3 operations')
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.title()).not.toBe('owned')
  expect(complaints).toEqual([])
  await page.close()
})

test('a report that was cut off shows what there is and says what is missing', async () => {
  const { history, ...rest } = sampleRun('register', { seconds: 20, rate: 4000 })
  const html = await htmlReport({ ...rest, history })
  const blocks = [...html.matchAll(/data-name="operations">/g)]
  expect(blocks.length).toBeGreaterThan(1)
  const half = html.slice(0, blocks.at(-1)!.index + 2000)
  const { page } = await open(half)
  await drawn(page)
  expect(await page.title()).toMatch(/^VALID/)
  const missing = await page.textContent('#timeline .damage')
  expect(missing).toMatch(/^[\d,]+ of [\d,]+ operations cannot be read: /)
  await expect.poll(() => inked(page, 'ok'), patience).toBeGreaterThan(1000)
  await page.close()
})

test('an empty history, a link to nothing: said, without complaints', async () => {
  const { verdict } = sampleRun('set')
  const html = await htmlReport({ run: undefined, verdict, history: History.from([]) })
  const { page, complaints } = await open(html, { address: '#op=17&from=1' })
  await drawn(page)
  expect(await page.textContent('#timeline .damage')).toContain('no operation #17')
  expect(complaints).toEqual([])
  await page.close()
})

test('a million operations are a report of less than 40 MB that can be moved and searched', async () => {
  const history = million()
  const { verdict } = sampleRun('set')
  const html = await htmlReport({ run: undefined, verdict, history })
  expect(html.length).toBeLessThan(40e6)
  const { page, complaints } = await open(html)
  await drawn(page)
  expect(await status(page)).toBe('1,000,000 operations')
  await expect.poll(() => inked(page, 'ok'), patience).toBeGreaterThan(1000)
  await page.fill('.timeline-tools .search', '777777')
  await expect.poll(() => status(page), patience).toBe('1 of 1,000,000 operations')
  await page.focus('.timeline-frame')
  await page.keyboard.press('n')
  await expect.poll(() => details(page).innerText(), patience).toMatch(/asked\s+777777/)
  expect(complaints).toEqual([])
  await page.close()
})

const million = (): History => {
  const builder = new HistoryBuilder()
  for (let n = 0; n < 1_000_000; n++) {
    const event = { process: n % 20, f: 'write', key: n % 100, value: n }
    builder.add({ ...event, type: 'invoke', time: n * 100_003 })
    builder.add({ ...event, type: n % 997 === 0 ? 'fail' : 'ok', time: n * 100_003 + 90_000 })
  }
  return builder.build()
}
