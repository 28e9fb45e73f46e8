import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCatalog } from '../harness/catalog.ts'
import { faultsPage, readme, schedulesPage, withFaults, withTables, withTemplates } from './docs.ts'

test('the tables in the README are what the catalog says (npx tsx scripts/docs.ts renews them)', async () => {
  const page = readFileSync(readme, 'utf8')
  expect(withTables(page, await loadCatalog())).toBe(page)
})

test('the table of faults is what the catalog says', async () => {
  const page = readFileSync(faultsPage, 'utf8')
  expect(withFaults(page, await loadCatalog())).toBe(page)
})

test('the table of templates is what the catalog says', async () => {
  const page = readFileSync(schedulesPage, 'utf8')
  expect(withTemplates(page, await loadCatalog())).toBe(page)
})

test('docs/checkers.md has a row for every checker and model', async () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/checkers.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!)
  const { checkers, models } = await loadCatalog()
  expect(rows.toSorted()).toEqual([...checkers.keys(), ...models.keys()].toSorted())
})
