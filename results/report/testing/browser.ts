/**
 * Reports in headless Chromium, opened from a file as people open them, with everything that the browser
 * complained about: errors, warnings of the page's policy, requests that leave the file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { complaintsAbout, launched } from './chromium.ts'

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
    browser = await launched()
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
    const complaints = complaintsAbout(page, (address) => /^(file|blob):/.test(address))
    await page.goto(`file://${file}${address}`)
    return { page, complaints }
  }
}
