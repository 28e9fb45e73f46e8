/**
 * The report as one file that opens from `file://` anywhere, for years: no network, nothing beside it.
 * Its policy admits the two scripts and the styles by their hashes and nothing else; what a tested
 * system answered is in a JSON block that no parser runs, and reaches the page only as text. The full
 * viewer replaces what stands in `page/`; `PageData` is the seam.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { pageScript } from './page/script.ts'
import { pageStyle } from './page/style.ts'
import { type PageInput, pageData } from './page-data.ts'

/** Makes the page of a run. O(events); under 3 MB for any run. */
export const htmlReport = async (input: PageInput): Promise<string> => {
  const chart = createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js')
  const [chartScript, chartStyle] = await Promise.all([
    readFile(chart, 'utf8'),
    readFile(chart.replace('iife.min.js', 'min.css'), 'utf8'),
  ])
  const data = pageData(input)
  const scripts = [chartScript, pageScript()]
  const style = `${chartStyle}\n${pageStyle}`
  const policy = [
    `default-src 'none'`,
    `script-src ${scripts.map(hash).join(' ')}`,
    `style-src ${hash(style)}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>schism report</title>',
    `<style>${inline(style)}</style>`,
    '</head>',
    '<body>',
    '<noscript>This report needs JavaScript; the same verdict is in verdict.json.</noscript>',
    `<script type="application/json" id="data">${embedded(data)}</script>`,
    ...scripts.map((script) => `<script>${inline(script)}</script>`),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** JSON in which no tag, comment or line separator can begin. */
export const embedded = (data: unknown): string =>
  JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')

/** Our own code, which must not end its element early: a bug in a build, never in a run. */
const inline = (code: string): string => {
  if (/<\/(script|style)|<!--/i.test(code)) throw new Error('the page’s code would end its element')
  return code
}

const hash = (code: string): string =>
  `'sha256-${createHash('sha256').update(code).digest('base64')}'`
