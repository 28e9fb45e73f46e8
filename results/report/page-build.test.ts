import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cachedPage } from './page-build.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-build-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a page is bundled into a script, a style and a worker, and again when a source changed', async () => {
  const [sources, cache] = [join(folder, 'page'), join(folder, 'cache')]
  mkdirSync(sources)
  const write = (name: string, text: string) => writeFileSync(join(sources, name), text)
  write('main.tsx', `import './page.css'\nimport { said } from './said.ts'\nconsole.log(said)`)
  write('said.ts', `export const said: string = 'first'`)
  write('page.css', 'body { color: #123456; }')
  write('worker.ts', `import { said } from './said.ts'\npostMessage(said)`)
  const first = await cachedPage(sources, cache)
  expect(first.script).toMatch(/console\.log\(.*first/)
  expect(first.worker).toMatch(/postMessage\(.*first/)
  expect(first.style).toContain('#123456')
  expect(first.script + first.worker).not.toMatch(/\bimport\b|\bexport\b/)
  expect(await cachedPage(sources, cache)).toEqual(first)
  write('said.ts', `export const said: string = 'second'`)
  const second = await cachedPage(sources, cache)
  expect(second.script).toContain('second')
  expect(second.worker).toContain('second')
  // One build of a folder is kept, whole.
  expect(readdirSync(cache)).toHaveLength(1)
})
