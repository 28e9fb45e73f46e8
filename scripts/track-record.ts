/**
 * The tables of docs/reference-systems.md: every reference system with its options, every mistake that one build of
 * it makes on purpose, and what was found of it, from the findings under results/findings/.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { System } from '../harness/api.ts'
import type { Catalog } from '../harness/catalog.ts'
import {
  type ContainersRecord,
  type FindingPlan,
  findingFiles,
  type HuntRecord,
} from '../results/finding.ts'

const root = join(import.meta.dirname, '..')
const findings = join(root, 'results', 'findings')

/** The systems that have builds with mistakes: name → mistakes, each a sentence by its id. */
export type Mistakes = ReadonlyMap<string, Readonly<Record<string, string>>>

export const mistakesOf = async ({ systems }: Catalog): Promise<Mistakes> => {
  const names = [...systems].flatMap(([name, { options }]) => (options.bug ? [name] : []))
  const loaded = names.map(async (name) => {
    const file = join(root, 'systems', 'reference', name, 'bugs.ts')
    const { bugs } = (await import(pathToFileURL(file).href)) as {
      bugs: Readonly<Record<string, string>>
    }
    return [name, bugs] as const
  })
  return new Map(await Promise.all(loaded))
}

/** What was found of one mistake. */
interface Found {
  readonly plan: FindingPlan
  readonly hunt: HuntRecord
  readonly containers: ContainersRecord | undefined
}

/** A hunt that found nothing: of a mistake, or of the correct build. */
interface Searched {
  readonly runs: number
  readonly huntS: number
}

const json = <T>(...path: readonly string[]): T | undefined => {
  const file = join(findings, ...path)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

const foundOf = (system: string, bug: string): Found | undefined => {
  const plan = json<FindingPlan>(system, bug, findingFiles.plan)
  const hunt = json<HuntRecord>(system, bug, findingFiles.hunt)
  const containers = json<ContainersRecord>(system, bug, findingFiles.containers)
  return plan && hunt && { plan, hunt, containers }
}

/** The generated part of the page. */
export const references = (catalog: Catalog, mistakes: Mistakes): string =>
  [
    ...table(
      ['system', 'what it is', 'nodes', 'options', 'what it promises'],
      [...mistakes.keys()].map((name) => overview(name, catalog.systems.get(name)!)),
    ),
    '',
    summary(mistakes),
    ...[...mistakes].flatMap(([name, bugs]) => record(name, bugs)),
  ].join('\n')

const overview = (name: string, system: System): readonly string[] => {
  const defaults = Object.entries(system.options).map(([option, value]) => [option, value.default])
  const claims = Object.entries(system.claims(Object.fromEntries(defaults)))
  const options = Object.entries(system.options)
    .filter(([option]) => option !== 'bug')
    .map(([option, { default: value, summary }]) => `\`${option}=${value}\` ${summary}`)
  const sources = [...new Set(claims.map(([, { says }]) => says))]
  const models = [...new Set(claims.map(([, { model }]) => model))]
  return [
    `\`${name}\``,
    system.summary,
    system.sizes.allowed.join(', '),
    options.join('; '),
    `${models.join(', ')}: ${sources.join('; ')}`,
  ]
}

const summary = (mistakes: Mistakes): string => {
  const all = [...mistakes].flatMap(([name, bugs]) =>
    Object.keys(bugs).map((bug) => foundOf(name, bug)),
  )
  const found = all.flatMap((one) => one ?? [])
  const soon = found.filter(({ hunt }) => hunt.huntS <= 60).length
  const small = found.filter(({ hunt: { after } }) => after.operations <= 10 && after.episodes <= 3)
  const real = found.filter(({ containers }) => (containers?.violations ?? 0) > 0).length
  return (
    `${found.length} of ${all.length} mistakes are found, ${soon} of them within 60 s; ` +
    `${small.length} are made as small as 10 operations and 3 faults or smaller; ${real} show in containers as well.`
  )
}

const record = (name: string, bugs: Readonly<Record<string, string>>): readonly string[] => [
  '',
  `### ${name}`,
  '',
  ...correct(name),
  ...table(
    [
      ...['mistake', 'what is wrong', 'breaks', 'shown by', 'runs', 's', 'runs a minute'],
      ...['operations', 'faults', 'containers'],
    ],
    Object.entries(bugs).map(([bug, says]) => row(bug, says, name)),
  ),
]

const correct = (name: string): readonly string[] => {
  const searched = json<Searched & Readonly<Record<string, number>>>(name, 'correct.json')
  if (searched === undefined) return []
  const { runs, violations, unknown, failed } = searched
  return [
    `The correct build: ${runs} runs, ${violations} violations, ${unknown} unknown, ${failed} failed.`,
    '',
  ]
}

const row = (bug: string, says: string, system: string): readonly (string | number)[] => {
  const found = foundOf(system, bug)
  const named = [`\`${bug}\``, says]
  if (found === undefined) {
    const missed = json<Searched>(system, bug, 'missed.json')
    const said = missed === undefined ? 'not hunted' : `not found in ${missed.runs} runs`
    return [...named, said, '', '', '', '', '', '', '']
  }
  const { plan, hunt, containers } = found
  const { model, anomaly, checker } = plan.violates
  return [
    ...named,
    model,
    `${anomaly} (\`${checker}\`)`,
    ...[hunt.runs, hunt.huntS, hunt.runsAMinute],
    `${hunt.before.operations} → ${hunt.after.operations}`,
    `${hunt.before.episodes} → ${hunt.after.episodes}${faultsOf(plan)}`,
    containers === undefined ? '' : `${containers.violations} of ${containers.runs}`,
  ]
}

const faultsOf = ({ schedule }: FindingPlan): string => {
  const names = [...new Set(schedule.episodes.map(({ fault }) => fault))]
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}

const table = (
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): readonly string[] =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
