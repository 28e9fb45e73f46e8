/**
 * The report as one file that opens from `file://` anywhere, for years: no network, nothing beside it.
 * Its policy admits the page's script and style by their hashes, a worker made from the file's own text,
 * and nothing else; what a tested system answered is in blocks of data that no parser runs, and reaches
 * the page only as text. `page/run-data.ts` says how the page is made.
 */
import { type Attachments, attachmentBlocks } from './attachments.ts'
import { hash, inline } from './inline.ts'
import { operationBlocks } from './operations/encode.ts'
import { type PageInput, pageData } from './page-data.ts'
import { pageFiles } from './page-files.ts'

/** Makes the page of a run, which may still be running. O(events); under 40 MB for a million operations. */
export const htmlReport = async (
  input: PageInput,
  attachments: Attachments = {},
): Promise<string> => {
  const { script, worker, style } = await pageFiles()
  const policy = [
    `default-src 'none'`,
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'worker-src blob:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  const blocks: string[] = []
  const operations = operationBlocks(input.history)
  const logs = (input.logs ?? []).map(({ lines }) => `${JSON.stringify(lines)}\n`)
  for await (const block of attachmentBlocks({ operations, logs, ...attachments }))
    blocks.push(block)
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
    '<div id="page"></div>',
    `<script type="application/json" id="data">${embedded(pageData(input))}</script>`,
    `<script type="text/plain" id="worker">${inline(worker)}</script>`,
    // The page comes before its bulk: it shows itself while that is being read, and when that is cut off.
    `<script>${inline(script)}</script>`,
    ...blocks,
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
