import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCatalog } from '../harness/catalog.ts'
import {
  faultsPage,
  readme,
  referencesPage,
  schedulesPage,
  withFaults,
  withReferences,
  withTables,
  withTemplates,
} from './docs.ts'
import {
  commandsPage,
  commandsText,
  jsonPage,
  jsonSchema,
  jsonText,
  schemaFile,
} from './json-docs.ts'
import { mistakesOf } from './track-record.ts'

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

test('the tables of reference systems are what the catalog and the findings say', async () => {
  const page = readFileSync(referencesPage, 'utf8')
  const catalog = await loadCatalog()
  expect(withReferences(page, catalog, await mistakesOf(catalog))).toBe(page)
})

test('the pages on commands and on JSON are what the commands and their schemas say', async () => {
  expect(await commandsText()).toBe(readFileSync(commandsPage, 'utf8'))
  expect(jsonText()).toBe(readFileSync(jsonPage, 'utf8'))
  expect(jsonSchema()).toBe(readFileSync(schemaFile, 'utf8'))
})

test('docs/checkers.md has a row for every checker and model', async () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/checkers.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name!)
  const { checkers, models } = await loadCatalog()
  expect(rows.toSorted()).toEqual([...checkers.keys(), ...models.keys()].toSorted())
})
