/** `npm run build`, after the compiler: puts the pages, bundled, beside the code that embeds or serves them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPage, pageFileNames } from '../dist/results/report/page-build.js'
import { root } from './setup.mjs'

for (const page of ['results/report/page', 'harness/serve/page']) {
  const files = await buildPage(join(root, page))
  const folder = join(root, 'dist', page)
  mkdirSync(folder, { recursive: true })
  for (const [part, name] of Object.entries(pageFileNames))
    writeFileSync(join(folder, name), files[part])
}
