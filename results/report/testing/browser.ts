/**
 * Reports in headless Chromium, opened from a file as people open them, with everything that the browser
 * complained about: errors, warnings of the page's policy, requests that leave the file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

const quiet =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run ' +
  '--disable-background-networking --disable-component-update --disable-sync'

/** Polls from outside: Playwright's own waiting evaluates strings, which the page's policy forbids. */
export const patience = { timeout: 30_000 }

export interface OpenedReport {
  readonly page: Page
  readonly complaints: readonly string[]
}

export interface Opening {
  /** The fragment of the address, with its `#`. */
  readonly address?: string
  readonly colorScheme?: 'light' | 'dark'
}

/** For the tests of a file: a browser that opens the text of a report and goes when they are over. */
export const reportBrowser = () => {
  let browser: Browser
  let folder = ''
  let opened = 0
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'schism-page-'))
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet.split(' ') })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return async (
    html: string,
    { address = '', colorScheme = 'light' }: Opening = {},
  ): Promise<OpenedReport> => {
    const file = join(folder, `report-${opened++}.html`)
    writeFileSync(file, html)
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (request) => {
      if (!/^(file|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`)
    })
    await page.goto(`file://${file}${address}`)
    return { page, complaints }
  }
}
