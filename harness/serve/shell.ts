/** The page of the server: one script and one style, admitted by their hashes; all that it shows it asks for. */
import { join } from 'node:path'
import { hash, inline } from '../../results/report/inline.ts'
import { pageFiles } from '../../results/report/page-files.ts'
import type { Answer } from './answer.ts'

export const shell = async (): Promise<Answer> => {
  const { script, style } = await pageFiles(join(import.meta.dirname, 'page'))
  const policy = [
    `default-src 'none'`,
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
  const body = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>schism</title>',
    `<style>${inline(style)}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page needs JavaScript; "schism runs" lists the same on a terminal.</noscript>',
    `<script>${inline(script)}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
  const headers = { 'Content-Security-Policy': policy }
  return { kind: 'text', type: 'text/html; charset=utf-8', body, headers }
}
