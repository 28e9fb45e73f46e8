/**
 * The tables of the README, docs/faults.md, docs/schedules.md and docs/reference-systems.md, and the pages on commands and JSON,
 * generated from the catalog, the findings, the commands and the schemas so that they cannot go stale:
 *
 *   npx tsx scripts/docs.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Catalog, loadCatalog } from '../harness/catalog.ts'
import { drivable } from '../harness/plan.ts'
import {
  commandsPage,
  commandsText,
  jsonPage,
  jsonSchema,
  jsonText,
  schemaFile,
} from './json-docs.ts'
import { type Mistakes, mistakesOf, references } from './track-record.ts'

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
  const fold = (kind: string, plugins: ReadonlyMap<string, { summary: string }>): string[] => [
    `<details><summary>${plugins.size} ${kind}</summary>`,
    '',
    '| name | what it is or does |',
    '| --- | --- |',
    ...[...plugins].map(([name, { summary }]) => `| \`${name}\` | ${summary} |`),
    '',
    '</details>',
    '',
  ]
  return [
    '| system | version | what it is | workloads |',
    '| --- | --- | --- | --- |',
    ...systems,
    '',
    ...fold('workloads', catalog.workloads),
    ...fold('faults', catalog.faults),
    ...fold('templates of fault schedules', catalog.templates),
    ...fold('checkers', catalog.checkers),
    ...fold('models', catalog.models),
    ...fold('clients for systems of your own', catalog.protocols),
  ].join('\n')
}

export const faultsPage = join(import.meta.dirname, '..', 'docs', 'faults.md')

/** What `npm run bench -- faults --write` measured: fault → median of its latencies to install, ms. */
const latencyFile = join(import.meta.dirname, '..', 'docs', 'fault-latency.json')

/** The page on faults with its table renewed. */
export const withFaults = (page: string, { faults }: Catalog): string => {
  const measured: Readonly<Record<string, number>> = existsSync(latencyFile)
    ? JSON.parse(readFileSync(latencyFile, 'utf8'))
    : {}
  const latency = (name: string): string =>
    measured[name] === undefined ? 'not measured' : `${measured[name]} ms`
  const rows = [...faults].map(
    ([name, { summary, needs, evidence }]) =>
      `| \`${name}\` | ${summary} | ${needs.join(', ')} | ${latency(name)} | ${evidence} |`,
  )
  const head = [
    '| fault | what it does | needs | installed in | evidence |',
    '| --- | --- | --- | --- | --- |',
  ]
  return page.replace(
    between,
    (_, open: string, close: string) => `${open}${[...head, ...rows].join('\n')}\n${close}`,
  )
}

export const schedulesPage = join(import.meta.dirname, '..', 'docs', 'schedules.md')

/** The page on schedules with its table of templates renewed. */
export const withTemplates = (page: string, { templates }: Catalog): string => {
  const rows = [...templates].map(([name, { summary, parameters, source }]) => {
    const list = Object.entries(parameters).map(
      ([key, { default: value, summary }]) => `\`${key}=${value}\` ${summary}`,
    )
    return `| \`${name}\` | ${summary} | ${list.join('; ')} | ${source} |`
  })
  const head = ['| template | what it does | parameters | from |', '| --- | --- | --- | --- |']
  return page.replace(
    between,
    (_, open: string, close: string) => `${open}${[...head, ...rows].join('\n')}\n${close}`,
  )
}

export const referencesPage = join(import.meta.dirname, '..', 'docs', 'reference-systems.md')

/** The page on reference systems with its tables renewed. */
export const withReferences = (page: string, catalog: Catalog, mistakes: Mistakes): string =>
  page.replace(
    between,
    (_, open: string, close: string) => `${open}${references(catalog, mistakes)}\n${close}`,
  )

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const catalog = await loadCatalog()
  writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), catalog))
  writeFileSync(jsonPage, jsonText())
  writeFileSync(schemaFile, jsonSchema())
  writeFileSync(commandsPage, await commandsText())
  writeFileSync(faultsPage, withFaults(readFileSync(faultsPage, 'utf8'), catalog))
  writeFileSync(schedulesPage, withTemplates(readFileSync(schedulesPage, 'utf8'), catalog))
  const mistakes = await mistakesOf(catalog)
  const page = readFileSync(referencesPage, 'utf8')
  writeFileSync(referencesPage, withReferences(page, catalog, mistakes))
}
