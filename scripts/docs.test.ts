import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadCatalog } from '../harness/catalog.ts'
import { readme, withTables } from './docs.ts'

test('the tables in the README are what the catalog says (npx tsx scripts/docs.ts renews them)', async () => {
  const page = readFileSync(readme, 'utf8')
  expect(withTables(page, await loadCatalog())).toBe(page)
})
