/** Headless Chromium as tests, benchmarks and screenshots start it: nothing of its own goes out. */
import { type Browser, chromium, type Page } from 'playwright-core'

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

export const launched = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: quiet })

/** Polls from outside: Playwright's own waiting evaluates strings, which the pages' policies forbid. */
export const patience = { timeout: 30_000 }

/** All that the browser complains about from now on: errors, its policy's warnings, requests to strangers. */
export const complaintsAbout = (
  page: Page,
  isOwn: (address: string) => boolean,
): readonly string[] => {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!isOwn(request.url())) complaints.push(`request: ${request.url()}`)
  })
  return complaints
}
