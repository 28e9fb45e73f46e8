/**
 * One trial of a hunt: a configuration drawn from the seed (nodes, clients, rate, workload, faults), played in
 * the simulation and judged. The same seed gives the same trial, byte for byte.
 */
import fc from 'fast-check'
import type { Anomaly, Verdict } from '../../checkers/checker.ts'
import type { RunRecord } from '../../results/run.ts'
import type { Fault, OptionValues, System, Topology } from '../api.ts'
import { type Catalog, find } from '../catalog.ts'
import { simAbilities } from '../cluster/sim/sim.ts'
import { UsageError } from '../errors.ts'
import { limitsOf } from '../judge/limits.ts'
import { drivable, planRun, workloadPlan } from '../plan.ts'
import { random } from '../random.ts'
import { type Simulated, simulate } from '../simulate.ts'

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
  const [drawn] = fc.sample(configuration, { seed, numRuns: 1 })
  const request = {
    ...drawn!,
    faults: drawn!.faults.filter((name) => isPossible(name, system, drawn!.nodes, catalog)),
    system: quarry.system,
    cluster: 'sim' as const,
    seed,
    options: quarry.options,
    timeLimitS: quarry.timeLimitS,
    operationTimeoutMs: 2000,
  }
  return planRun(request, catalog)
}

/** Whether a fault has a plan that a cluster of this size does not refuse: a wipe needs a majority that stays. */
const isPossible = (name: string, system: System, nodes: number, catalog: Catalog): boolean => {
  const topology: Topology = {
    members: system.members(nodes),
    hasPrimaries: system.primaries !== undefined,
    hasMembership: system.membership !== undefined,
  }
  const fault = find('fault', catalog.faults, name)
  return fault.refuses?.(fault.plan(topology, random(0), 0), topology) === undefined
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
  const isUnknown = Object.values(verdicts).some(({ valid }) => valid === 'unknown')
  const outcome = simulated.problems.length > 0 ? 'failed' : isUnknown ? 'unknown' : 'valid'
  return { run, simulated, verdicts, outcome }
}
