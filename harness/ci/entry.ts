/** The cases of one entry of the configuration: the product of its systems, workloads, sizes, faults and seeds. */
import { expectation } from '../cli/outcome.ts'
import { UsageError } from '../errors.ts'
import { asRequest, readFinding } from '../hunt/finding.ts'
import type { GivenSystem, ResolvedSystem } from '../own/resolve.ts'
import { type TestRequest, usualRun } from '../plan.ts'
import { type Case, clusterOf, planned, type Surroundings } from './case.ts'
import { type Entry, each } from './config.ts'

/** @throws UsageError for what cannot be run */
export const entryCases = (
  entry: Entry,
  place: string,
  { given, resolved }: { readonly given: GivenSystem; readonly resolved: ResolvedSystem },
  surroundings: Surroundings,
): readonly Case[] => {
  const cluster = clusterOf(resolved, entry.cluster, 'docker', surroundings)
  return requestsOf(entry, resolved, surroundings).map((request) => {
    const name = nameOf(request, entry, resolved.name)
    return planned({ name, place, given, request, cluster }, resolved)
  })
}

const requestsOf = (
  entry: Entry,
  resolved: ResolvedSystem,
  { config, here }: Surroundings,
): readonly TestRequest[] =>
  each(entry.workload, undefined).flatMap((workload) =>
    each(entry.nodes, undefined).flatMap((nodes) =>
      waysOf(entry, here).flatMap((way) => {
        const usual = usualFor(way, resolved)
        const asked = { ...usual, ...given(entry), ...way, ...defined({ workload, nodes }) }
        const options = { ...usual.options, ...entry.options }
        return seedsOf(entry, usual.seed ?? config.seed).map((seed) => ({
          ...asked,
          system: resolved.name,
          options,
          seed,
        }))
      }),
    ),
  )

const seedsOf = ({ seeds = 1 }: Entry, first: number): readonly number[] =>
  typeof seeds === 'number' ? Array.from({ length: seeds }, (_, nth) => first + nth) : seeds

/** What breaks a run. */
type Way = Pick<TestRequest, 'faults' | 'template' | 'planFile'>

const waysOf = (entry: Entry, here: Surroundings['here']): readonly Way[] => {
  const { faults, template, plan } = entry
  const some = Object.entries({ faults, template, plan }).filter(([, value]) => value !== undefined)
  if (some.length > 1) throw new UsageError(`${some.map(([key]) => key).join(' and ')}: only one`)
  if (plan !== undefined)
    return each(plan, '').map((path) => ({ faults: [], planFile: here(path) }))
  if (template !== undefined)
    return each(template, '').map((name) => ({ faults: [], template: name }))
  return each(faults, 'none').map((list) => ({
    faults: list.split(',').filter((name) => name !== '' && name !== 'none'),
  }))
}

type Usual = typeof usualRun & Partial<TestRequest>

/** What a run is like where the entry does not say: as usual, or as a finding was. */
const usualFor = ({ planFile }: Way, { name, catalog }: ResolvedSystem): Usual => {
  const finding = planFile === undefined ? undefined : readFinding(planFile)
  if (finding === undefined) return usualRun
  if (finding.system !== name)
    throw new UsageError(`${planFile}: system: made for ${finding.system}, not for ${name}`)
  return { ...usualRun, ...asRequest(finding, planFile!, catalog) } as Usual
}

/** What the entry says of every run. */
const given = (entry: Entry): Partial<TestRequest> => {
  const { timeLimit, rate, concurrency, operationTimeout, lenientFaults, image } = entry
  return defined({
    timeLimitS: timeLimit === undefined ? undefined : timeLimit / 1000,
    rate,
    concurrency,
    operationTimeoutMs: operationTimeout,
    unheldFaults: lenientFaults === true ? ('warn' as const) : undefined,
    image,
    expect: expectation(entry.expect),
  })
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the fields that are undefined. */
const defined = <T extends object>(fields: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>

/** What tells it from the other cases of the matrix, in words. */
const nameOf = (request: TestRequest, entry: Entry, system: string): string => {
  const { workload, nodes, template, planFile, faults, seed } = request
  const options = Object.entries(entry.options ?? {}).map(([name, value]) => `${name}=${value}`)
  const parts = [
    system,
    workload ?? '',
    planFile ?? template ?? (faults.join(',') || 'no faults'),
    nodes === undefined || entry.nodes === undefined ? '' : `${nodes} nodes`,
    ...options,
    entry.cluster ?? '',
    `seed ${seed}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}
