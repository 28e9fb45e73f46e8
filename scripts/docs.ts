/**
 * The README's tables, generated from the catalog so that they cannot go stale:
 *
 *   npx tsx scripts/docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Catalog, loadCatalog } from '../harness/catalog.ts'
import { drivable } from '../harness/plan.ts'

export const readme = join(import.meta.dirname, '..', 'README.md')

const between = /(<!-- tables -->\n)[\s\S]*(<!-- \/tables -->)/

/** A page with its tables renewed. */
export const withTables = (page: string, catalog: Catalog): string =>
  page.replace(between, (_, open: string, close: string) => `${open}${tables(catalog)}\n${close}`)

const tables = (catalog: Catalog): string => {
  const systems = [...catalog.systems].map(
    ([name, system]) =>
      `| \`${name}\` | ${system.version} | ${system.summary} | ${drivable(system, catalog).join(', ')} |`,
  )
  const rows = (kind: string, plugins: ReadonlyMap<string, { summary: string }>): string[] =>
    [...plugins].map(([name, { summary }]) => `| ${kind} | \`${name}\` | ${summary} |`)
  return [
    '| system | version | what it is | workloads |',
    '| --- | --- | --- | --- |',
    ...systems,
    '',
    '| kind | name | what it does |',
    '| --- | --- | --- |',
    ...rows('workload', catalog.workloads),
    ...rows('fault', catalog.faults),
    ...rows('checker', catalog.checkers),
    ...rows('model', catalog.models),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), await loadCatalog()))
