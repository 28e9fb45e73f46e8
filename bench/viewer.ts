/**
 * Times the HTML report of a large run: how long making it takes and how large it is, and in headless
 * Chromium how soon it shows something and how smoothly its timeline moves, against a canvas of the same
 * size on which every operation is drawn. `npm run bench -- viewer [OPERATIONS]`; needs /usr/bin/chromium.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import { htmlReport } from '../results/report/html.ts'
import type { VerdictRecord } from '../results/run.ts'
import { median, table } from './table.ts'

const kinds = ['registers', 'transactions'] as const
type Kind = (typeof kinds)[number]

const CLIENTS = 20
const FRAMES = 90
const ROUNDS = 3

const main = async (): Promise<void> => {
  const operations = Number(process.argv[3] ?? 1_000_000)
  const folder = mkdtempSync(join(tmpdir(), 'schism-viewer-'))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const rows = []
    for (const kind of kinds) rows.push(await row(browser, folder, kind, operations))
    const headings = ['values', 'operations', 'make s', 'cpu s', 'peak MB', 'report MB']
    const seen = [
      'first paint s',
      'timeline s',
      'cpu s',
      'pan ms',
      'pan p95',
      'zoom ms',
      'every one ms',
    ]
    console.log(table([...headings, ...seen], rows))
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true })
  }
}

const row = async (browser: Browser, folder: string, kind: Kind, operations: number) => {
  const path = join(folder, `${kind}.html`)
  const made = JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, kind, String(operations), path], {
      encoding: 'utf8',
      maxBuffer: 2 ** 20,
    }),
  ) as Made
  const opened: Opened[] = []
  for (let round = 0; round < ROUNDS; round++) opened.push(await open(browser, path, operations))
  const middle = (measure: (one: Opened) => number) => median(opened.map(measure))
  return [
    ...[kind, operations, made.seconds, made.cpuSeconds],
    ...[Math.round(made.megabytes), statSync(path).size / 1e6],
    ...[middle(({ paint }) => paint), middle(({ timeline }) => timeline)],
    middle(({ cpuSeconds }) => cpuSeconds),
    ...[
      middle(({ pan }) => median(pan)),
      middle(({ pan }) => slow(pan)),
      middle(({ panCpu }) => panCpu),
    ],
    ...[middle(({ zoom }) => median(zoom)), middle(({ naive }) => median(naive))],
  ]
}

interface Opened {
  readonly paint: number
  readonly timeline: number
  /** Of the browser's processes until then: on a machine that others use as well, the truer number. */
  readonly cpuSeconds: number
  readonly pan: readonly number[]
  /** CPU ms of all of the browser for a frame. */
  readonly panCpu: number
  readonly zoom: readonly number[]
  readonly naive: readonly number[]
}

const open = async (browser: Browser, path: string, operations: number): Promise<Opened> => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const begun = performance.now()
  const before = await cpuSeconds(browser)
  await page.goto(`file://${path}`)
  await page.waitForSelector('.timeline canvas[style*="height"]')
  const timeline = (performance.now() - begun) / 1000
  const cpu = (await cpuSeconds(browser)) - before
  const paint = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000`,
  )
  const still = await cpuSeconds(browser)
  const pan = await frames(page, { deltaX: 25 })
  const panCpu = (((await cpuSeconds(browser)) - still) * 1000) / FRAMES
  const zoom = await frames(page, { deltaY: -60 })
  const naive = await everyOne(page, operations)
  await page.close()
  return { paint, timeline, cpuSeconds: cpu, pan, panCpu, zoom, naive }
}

const cpuSeconds = async (browser: Browser): Promise<number> => {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0)
}

/** How long frames take in ms, while a wheel turns in every one. */
const frames = (page: Page, wheel: Readonly<Record<string, number>>): Promise<readonly number[]> =>
  page.evaluate<readonly number[]>(`new Promise((done) => {
    const canvas = document.querySelector('.timeline-frame canvas')
    const wheel = { ...${JSON.stringify(wheel)}, ctrlKey: true, bubbles: true, cancelable: true }
    const box = canvas.getBoundingClientRect()
    const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }
    // Half of the run is in view, so that there is room to pan.
    if (wheel.deltaX) canvas.dispatchEvent(new WheelEvent('wheel', { ...wheel, ...at, deltaX: 0, deltaY: -400 }))
    const times = []
    const step = (time) => {
      times.push(time)
      if (times.length > ${FRAMES}) return done(times.slice(1).map((one, n) => one - times[n]))
      canvas.dispatchEvent(new WheelEvent('wheel', { ...wheel, ...at }))
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })`)

/** The same without looking anything up: a rectangle an operation, on a canvas as large. */
const everyOne = (page: Page, operations: number): Promise<readonly number[]> =>
  page.evaluate<readonly number[]>(`new Promise((done) => {
    const shown = document.querySelector('.timeline-frame canvas')
    const canvas = document.createElement('canvas')
    canvas.width = shown.width
    canvas.height = shown.height
    shown.after(canvas)
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
    const times = []
    const step = (time) => {
      times.push(time)
      if (times.length > 4) return done(times.slice(1).map((one, n) => one - times[n]))
      for (let one = 0; one < ${operations}; one++)
        context.fillRect((one / ${operations}) * canvas.width + times.length, (one % ${CLIENTS}) * 24, 1.5, 15)
      requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })`)

const slow = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)]!

interface Made {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly megabytes: number
}

/** Makes one report; in a process of its own, so that the memory is that of this one. */
const make = async (kind: Kind, operations: number, path: string): Promise<Made> => {
  const history = historyOf(kind, operations)
  const begun = performance.now()
  const before = process.cpuUsage()
  writeFileSync(path, await htmlReport({ run: undefined, verdict, history }))
  const seconds = (performance.now() - begun) / 1000
  const { user, system } = process.cpuUsage(before)
  return {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1e3,
  }
}

const verdict: VerdictRecord = {
  version: 1,
  input: 'bench',
  valid: true,
  anomalies: [],
  checkers: {},
  outcome: 'valid',
  problems: [],
  notes: [],
}

/** Twenty clients at work, with an answer that never comes now and then. */
const historyOf = (kind: Kind, operations: number): History => {
  const builder = new HistoryBuilder()
  const random = randoms(1)
  const clients = Array.from({ length: CLIENTS }, (_, process) => ({
    process,
    next: process * 1e4,
  }))
  const open: { time: number; client: (typeof clients)[number]; call: Call }[] = []
  let made = 0
  while (made < operations || open.length > 0) {
    const client = made < operations ? clients.toSorted((a, b) => a.next - b.next)[0]! : undefined
    const soonest = open.toSorted((a, b) => a.time - b.time)[0]
    if (soonest !== undefined && (client === undefined || soonest.time <= client.next)) {
      open.splice(open.indexOf(soonest), 1)
      const lost = random() < 0.0005
      const { process } = soonest.client
      const { asked, answered, f, key } = soonest.call
      const value = lost ? asked : answered
      const error = lost ? { error: 'timed out after 1000 ms' } : {}
      const type = lost ? 'info' : random() < 0.002 ? 'fail' : 'ok'
      builder.add({ type, process, f, key, value, time: soonest.time, ...error })
      if (lost) soonest.client.process += CLIENTS
      soonest.client.next = soonest.time + Math.round(random() * 4e5)
      continue
    }
    const call = callOf(kind, made++, random)
    const { process, next: time } = client!
    builder.add({ type: 'invoke', process, f: call.f, key: call.key, value: call.asked, time })
    const took = Math.round(2e5 + 8e6 * random() ** 8)
    open.push({ time: time + took, client: client!, call })
    client!.next = Number.POSITIVE_INFINITY
  }
  return builder.build()
}

interface Call {
  readonly f: string
  readonly key: number
  readonly asked: unknown
  readonly answered: unknown
}

const callOf = (kind: Kind, n: number, random: () => number): Call => {
  const key = Math.floor(random() * 100)
  if (kind === 'registers')
    return random() < 0.5
      ? { f: 'read', key, asked: null, answered: n }
      : { f: 'write', key, asked: n, answered: n }
  const list = Array.from({ length: Math.floor(random() * 6) }, (_, at) => n - at * 7)
  return {
    f: 'txn',
    key,
    asked: [
      ['r', key, null],
      ['append', key + 1, n],
    ],
    answered: [
      ['r', key, list],
      ['append', key + 1, n],
    ],
  }
}

const randoms = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

const [kind, operations, path] = process.argv.slice(2)
const found = kinds.find((one) => one === kind)
if (found !== undefined && path !== undefined)
  console.log(JSON.stringify(await make(found, Number(operations), path)))
else await main()
