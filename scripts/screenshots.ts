/**
 * Takes the pictures of the report that the documentation shows, light and dark, from runs that schism recorded:
 * `npx tsx scripts/screenshots.ts`. They are of the report as it is, so take them again when it changes.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { htmlReport } from '../results/report/html.ts'
import { launched } from '../results/report/testing/chromium.ts'
import { type Recorded, recordedRun } from '../results/report/testing/recorded-runs.ts'

interface Picture {
  readonly name: string
  readonly run: Recorded
  /** The fragment of the page's address. */
  readonly address?: string
  /** What is in the picture; the first screen if absent. */
  readonly section?: string
  readonly height?: number
}

const pictures: readonly Picture[] = [
  { name: 'violation', run: 'redis-sentinel-set', height: 760 },
  { name: 'timeline', run: 'redis-replica-reads', section: '#timeline' },
  { name: 'charts', run: 'redis-sentinel-set', section: '#charts' },
  { name: 'proof', run: 'redis-replica-reads', section: '#partial' },
  { name: 'logs', run: 'redis-sentinel-set', address: 'from=9&to=14', section: '#logs' },
]

const folder = join(import.meta.dirname, '../docs/report')
/** Charts are filled when they are in view. */
const HIGH = 4000
/** Larger ones would make the repository heavy. */
const BYTES_MAX = 200_000

const take = async (browser: Browser, picture: Picture, scheme: 'light' | 'dark', html: string) => {
  const page = await browser.newPage({
    colorScheme: scheme,
    viewport: { width: 1160, height: picture.height ?? HIGH },
  })
  await page.goto(`file://${html}#${picture.address ?? ''}`)
  await page.waitForSelector('#rate canvas')
  // What follows the window does so when it has come to rest.
  await page.waitForTimeout(500)
  const path = join(folder, `${picture.name}-${scheme}.png`)
  await shoot(page, picture, path)
  await page.close()
  const { size } = await stat(path)
  console.log(`${path}: ${Math.round(size / 1000)} kB`)
  if (size > BYTES_MAX) throw new Error(`${path} is larger than ${BYTES_MAX / 1000} kB`)
}

const shoot = async (page: Page, { section }: Picture, path: string): Promise<void> => {
  if (section === undefined) {
    await page.screenshot({ path })
    return
  }
  const box = (await page.locator(section).boundingBox())!
  const clip = { x: box.x - 24, y: box.y, width: box.width + 48, height: box.height + 20 }
  await page.screenshot({ path, fullPage: true, clip })
}

const scratch = await mkdtemp(join(tmpdir(), 'schism-screenshots-'))
const browser = await launched()
try {
  await mkdir(folder, { recursive: true })
  for (const run of new Set(pictures.map((picture) => picture.run))) {
    const html = join(scratch, 'report.html')
    await writeFile(html, await htmlReport(await recordedRun(run)))
    for (const picture of pictures.filter((one) => one.run === run))
      for (const scheme of ['light', 'dark'] as const) await take(browser, picture, scheme, html)
  }
} finally {
  await browser.close()
  await rm(scratch, { recursive: true })
}
