/** From the configuration to its cases, past findings first, each with a name of its own. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { listFindings } from '../../results/finding.ts'
import { UsageError } from '../errors.ts'
import { asRequest, differences, isSeeded } from '../hunt/finding.ts'
import { loadFinding, type StoredFinding } from '../hunt/replay.ts'
import { looksLikeFile } from '../own/file.ts'
import { type GivenSystem, type ResolvedSystem, resolveSystem } from '../own/resolve.ts'
import { at, type Case, clusterOf, planned, type Surroundings } from './case.ts'
import { each } from './config.ts'
import { entryCases } from './entry.ts'

/** A system of the configuration. */
export interface Known {
  readonly given: GivenSystem
  readonly resolved: ResolvedSystem
}

/** All cases. @throws UsageError naming the place for what cannot be run */
export const casesOf = async (surroundings: Surroundings): Promise<readonly Case[]> => {
  const { source, config } = surroundings
  const own = new Map<string, Known>()
  const cases: Case[] = []
  for (const [nth, entry] of config.runs.entries())
    for (const given of each(entry.system, ''))
      await at(`${source}: runs.${nth}`, async () => {
        const known = await knownAs(given, surroundings)
        own.set(known.resolved.name, known)
        cases.push(...entryCases(entry, `runs.${nth}`, known, surroundings))
      })
  const found: Case[] = []
  for (const folder of foldersOf(surroundings))
    await at(`${source}: ${folder}`, async () => {
      found.push(await findingCase(loadFinding(folder), own, surroundings))
    })
  return named([...found, ...cases])
}

const foldersOf = ({ source, config, here }: Surroundings): readonly string[] => {
  if (config.findings === undefined) return []
  return each(config.findings, '').flatMap((folder) => {
    const root = here(folder)
    if (existsSync(root)) return listFindings(root)
    throw new UsageError(`${source}: findings: ${folder}: no such folder`)
  })
}

const knownAs = async (given: GivenSystem, surroundings: Surroundings): Promise<Known> => {
  const { catalog, here, remark } = surroundings
  const moved =
    typeof given !== 'string'
      ? { ...given, compose: here(given.compose) }
      : looksLikeFile(given)
        ? here(given)
        : given
  const resolved = await resolveSystem(moved, { catalog, folder: process.cwd() })
  for (const line of resolved.remarks) remark(line)
  return { given: moved, resolved }
}

const findingCase = async (
  finding: StoredFinding,
  own: ReadonlyMap<string, Known>,
  surroundings: Surroundings,
): Promise<Case> => {
  const { plan, folder } = finding
  const { given, resolved } = own.get(plan.system) ?? (await knownAs(plan.system, surroundings))
  for (const difference of differences(plan, resolved.catalog))
    surroundings.remark(`${folder}: ${difference}`)
  const expect = isSeeded(plan) ? { expect: plan.violates.anomaly } : {}
  const request = { ...asRequest(plan, `${folder}/plan.json`, resolved.catalog), ...expect }
  const name = `finding ${plan.system} ${basename(folder)}`
  const cluster = clusterOf(resolved, undefined, 'sim', surroundings)
  return planned({ name, place: folder, given, request, cluster, finding }, resolved)
}

/** Cases that differ in what their names do not say are told apart by their place, and by their number. */
const named = (cases: readonly Case[]): readonly Case[] => {
  const taken = new Set<string>()
  const times = new Map<string, number>()
  for (const { name } of cases) times.set(name, (times.get(name) ?? 0) + 1)
  return cases.map((one) => {
    const base = times.get(one.name) === 1 ? one.name : `${one.name} (${one.place})`
    let name = base
    for (let nth = 2; taken.has(name); nth++) name = `${base} #${nth}`
    taken.add(name)
    return { ...one, name }
  })
}
