/**
 * One trial of a hunt: a configuration drawn from the seed (nodes, clients, rate, workload, faults), played in
 * the simulation and judged. The same seed gives the same trial, byte for byte.
 */
import fc from 'fast-check'
import type { Anomaly, Verdict } from '../../checkers/checker.ts'
import { lacksFault } from '../../checkers/stats.ts'
import type { RunRecord } from '../../results/run.ts'
import type { Fault, OptionValues, Random, System, Topology } from '../api.ts'
import { type Catalog, find } from '../catalog.ts'
import { simAbilities } from '../cluster/sim/sim.ts'
import { UsageError } from '../errors.ts'
import { limitsOf } from '../judge/limits.ts'
import { drivable, planRun, workloadPlan } from '../plan.ts'
import { random } from '../random.ts'
import { type Simulated, simulate } from '../simulate.ts'
import { topologyOf } from '../topology.ts'
import { drawSchedule, possibleTemplates, type Weather } from './schedules.ts'

/** What is hunted. */
export interface Quarry {
  readonly system: string
  readonly options: OptionValues
  /** Absent: any that drives the system. */
  readonly workload?: string
  /** Absent: all that a simulation can do. */
  readonly faults?: readonly string[]
  readonly nodes?: number
  /** How long a run is in the simulation, s. */
  readonly timeLimitS: number
}

export interface Trial {
  readonly run: RunRecord
  readonly simulated: Simulated
  /** By checker. */
  readonly verdicts: Readonly<Record<string, Verdict>>
  readonly outcome: 'valid' | 'violation' | 'unknown' | 'failed'
  /** What shows the violation first. */
  readonly proof?: Proof
}

/** An anomaly with the checker that found it. */
export interface Proof {
  readonly checker: string
  readonly anomaly: Anomaly
}

/** A trial's checkers have this long; ms and bytes. */
const BUDGET = { budgetMs: 20_000, memoryBytes: 2 ** 30 }

const MOST_FAULTS = 4

/** An operation that takes longer is indeterminate. */
const OPERATION_TIMEOUT_MS = 2000

/** The faults of the catalog that a simulation can do to a system. */
export const simulatedFaults = (system: System, catalog: Catalog): readonly string[] =>
  [...catalog.faults].flatMap(([name, { needs }]: [string, Fault]) =>
    needs.every((ability) => simAbilities.has(ability)) && hasAll(system, needs) ? [name] : [],
  )

const hasAll = (system: System, needs: readonly string[]): boolean =>
  !needs.includes('membership') || system.membership !== undefined

/** The run of a seed. @throws UsageError when the quarry is none for a simulation */
export const draw = (quarry: Quarry, seed: number, catalog: Catalog): RunRecord => {
  const system = find('system', catalog.systems, quarry.system)
  if (system.program === undefined)
    throw new UsageError(`${quarry.system} has no programs to simulate: hunt a reference system`)
  const { nodes, concurrency, rate, workload, faults } = configurationOf(quarry, seed, catalog)
  const topology = topologyOf(system, nodes)
  const chance = random(seed).fork('hunt')
  const options = { ...drawnOptions(quarry, workload, chance.fork('options'), catalog) }
  const weather = drawnWeather(quarry, topology, chance.fork('weather'), catalog)
  const quietS = drawnQuiet(quarry, options, workload, chance.fork('quiet'), catalog)
  const all = quarry.faults === undefined && weather === 'storm'
  const chosen = all ? simulatedFaults(system, catalog) : faults
  const possible = chosen.flatMap((name) =>
    isPossible(name, topology, catalog)
      ? [[name, find('fault', catalog.faults, name)] as const]
      : [],
  )
  const schedule = drawSchedule({
    weather,
    faults: new Map(possible),
    templates: catalog.templates,
    topology,
    timeLimitS: quarry.timeLimitS - quietS,
    random: random(seed).fork('nemesis'),
  })
  const request = {
    ...{ nodes, concurrency, rate, workload, schedule, seed, options },
    faults: [],
    // Faults that meet may keep each other from taking hold.
    ...(weather === 'turns' ? {} : { unheldFaults: 'warn' as const }),
    system: quarry.system,
    cluster: 'sim' as const,
    timeLimitS: quarry.timeLimitS,
    operationTimeoutMs: OPERATION_TIMEOUT_MS,
  }
  return planRun(request, catalog)
}

interface Configuration {
  readonly nodes: number
  readonly concurrency: number
  readonly rate: number
  readonly workload: string
  readonly faults: readonly string[]
}

const configurationOf = (quarry: Quarry, seed: number, catalog: Catalog): Configuration => {
  const system = find('system', catalog.systems, quarry.system)
  const workloads = quarry.workload === undefined ? drivable(system, catalog) : [quarry.workload]
  const faults = quarry.faults ?? simulatedFaults(system, catalog)
  const sizes = quarry.nodes === undefined ? system.sizes.allowed : [quarry.nodes]
  const configuration = fc.record({
    nodes: fc.constantFrom(...sizes.filter((size) => size > 1 || sizes.length === 1)),
    concurrency: fc.integer({ min: 3, max: 10 }),
    rate: fc.constantFrom(30, 100, 300),
    workload: fc.constantFrom(...workloads),
    faults:
      faults.length === 0
        ? fc.constant<string[]>([])
        : fc.uniqueArray(fc.constantFrom(...faults), { minLength: 1, maxLength: MOST_FAULTS }),
  })
  return fc.sample(configuration, { seed, numRuns: 1 })[0]!
}

/** Whether a fault has a plan that a cluster of this size does not refuse: a wipe needs a majority that stays. */
const isPossible = (name: string, topology: Topology, catalog: Catalog): boolean => {
  const fault = find('fault', catalog.faults, name)
  return fault.refuses?.(fault.plan(topology, random(0), 0), topology) === undefined
}

/** What was asked for, and of the other options that a hunt draws one value each. */
const drawnOptions = (
  { system, options }: Quarry,
  workload: string,
  chance: Random,
  catalog: Catalog,
): OptionValues => {
  const known = {
    ...find('workload', catalog.workloads, workload).options,
    ...find('system', catalog.systems, system).options,
  }
  const drawn = Object.entries(known).flatMap(([name, { drawn }]) =>
    drawn === undefined ? [] : [[name, chance.fork(name).pick(drawn)] as const],
  )
  return { ...Object.fromEntries(drawn), ...options }
}

/** Of so many runs, so many are storms and so many templates: the rest gives faults turns. */
const WEATHERS = { of: 10, storms: 3, templates: 3 }

const drawnWeather = (
  quarry: Quarry,
  topology: Topology,
  chance: Random,
  catalog: Catalog,
): Weather => {
  const { of, storms, templates } = WEATHERS
  const kind = chance.int(1, of)
  if (kind <= storms) return 'storm'
  if (kind > storms + templates) return 'turns'
  const system = find('system', catalog.systems, quarry.system)
  const faults = quarry.faults ?? simulatedFaults(system, catalog)
  const names = possibleTemplates(catalog.templates, faults, topology, chance.fork('usual'))
  return names.length === 0 ? 'turns' : { template: chance.pick(names) }
}

/** One run of so many ends with as much time without faults as the system needs to go on. */
const ENDS_QUIETLY = 4
/** The rest of the run belongs to the faults. */
const QUIET_AT_MOST = 0.6

const drawnQuiet = (
  { system, timeLimitS }: Quarry,
  options: OptionValues,
  workload: string,
  chance: Random,
  catalog: Catalog,
): number => {
  const { claims, options: known } = find('system', catalog.systems, system)
  const usual = Object.entries(known).map(([name, option]) => [name, option.default] as const)
  const { client } = find('workload', catalog.workloads, workload)
  const { progressMs } = claims({ ...Object.fromEntries(usual), ...options })[client] ?? {}
  if (progressMs === undefined || chance.int(1, ENDS_QUIETLY) > 1) return 0
  // Clients whose last attempt was in vain wait for their time-out before they try again.
  const quietS = (progressMs + OPERATION_TIMEOUT_MS) / 1000
  return quietS < QUIET_AT_MOST * timeLimitS ? quietS : 0
}

/** Plays and judges a run. */
export const play = async (run: RunRecord, catalog: Catalog): Promise<Trial> => {
  const simulated = await simulate(run, catalog)
  const workload = find('workload', catalog.workloads, run.workload)
  const { checkers } = workloadPlan(run, workload)
  const limits = limitsOf(BUDGET)
  const verdicts = Object.fromEntries(
    Object.entries(checkers).map(([name, check]) => [name, check(simulated.history, limits)]),
  )
  const proofs = Object.entries(verdicts).flatMap(([checker, verdict]) =>
    verdict.valid === false ? verdict.anomalies.map((anomaly) => ({ checker, anomaly })) : [],
  )
  const [proof] = proofs
  if (proof !== undefined) return { run, simulated, verdicts, outcome: 'violation', proof }
  // Where faults may keep each other from taking hold, the hunt's coverage tells which have been met.
  const isUnknown = Object.values(verdicts).some(
    (verdict) =>
      verdict.valid === 'unknown' && !(run.unheldFaults === 'warn' && lacksFault(verdict)),
  )
  const outcome = simulated.problems.length > 0 ? 'failed' : isUnknown ? 'unknown' : 'valid'
  return { run, simulated, verdicts, outcome }
}
