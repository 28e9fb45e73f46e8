/** `npm run build`, after the compiler: puts the report's page, bundled, beside the code that embeds it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPage, pageFileNames } from '../dist/results/report/page-build.js'
import { root } from './setup.mjs'

const files = await buildPage(join(root, 'results/report/page'))
const folder = join(root, 'dist/results/report/page')
mkdirSync(folder, { recursive: true })
for (const [part, name] of Object.entries(pageFileNames))
  writeFileSync(join(folder, name), files[part])
