/**
 * From a run that was made small to a finding in a folder, and back to a run: in this version of schism or in a
 * later one, which says what is different and plays it anyway.
 */
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type FindingPlan,
  findingFiles,
  findingPlan,
  type HuntRecord,
} from '../../results/finding.ts'
import type { RunRecord, VerdictRecord } from '../../results/run.ts'
import { files, writeVerdict, writeWhole } from '../../results/store.ts'
import type { OptionValues } from '../api.ts'
import { type Catalog, find } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import type { TestRequest } from '../plan.ts'
import { firstIssue } from '../schedule/check.ts'
import { jsonOf } from '../schedule/read.ts'
import { version } from '../version.ts'
import type { Proof } from './trial.ts'

/** The plan that plays a run again. */
export const findingOf = (run: RunRecord, { checker, anomaly }: Proof): FindingPlan => {
  const { system, workload, nodes, concurrency, rate, timeLimitS, operationTimeoutMs, seed } = run
  return {
    version: 1,
    schism: version,
    system,
    workload,
    options: { ...run.systemOptions, ...run.workloadOptions },
    nodes,
    concurrency,
    rate,
    timeLimitS,
    operationTimeoutMs,
    seed,
    ...(run.unheldFaults === undefined ? {} : { unheldFaults: run.unheldFaults }),
    violates: {
      model: run.claim.model,
      checker,
      anomaly: anomaly.type,
      summary: anomaly.summary,
    },
    schedule: run.schedule,
  }
}

/** Whether it was found in a build with a known mistake, and not in a correct one that was mended then. */
export const isSeeded = ({ options }: FindingPlan): boolean =>
  options.bug !== undefined && options.bug !== 'none'

/** What a finding is called among those of its system: the mistake in the build, or what it shows. */
export const nameOf = (plan: FindingPlan): string =>
  isSeeded(plan) ? plan.options.bug! : `${plan.workload}-${plan.violates.anomaly}-${plan.seed}`

/** Writes the plan and the record of the hunt into a folder that has the history and the verdict. */
export const describeFinding = (folder: string, plan: FindingPlan, record: HuntRecord): void => {
  writeWhole(folder, findingFiles.plan, textOf(plan))
  writeWhole(folder, findingFiles.hunt, `${JSON.stringify(record, null, 2)}\n`)
}

/** JSON with one episode and one call a line, to be read and edited by people. */
const textOf = ({ schedule, ...around }: FindingPlan): string => {
  const lists = Object.entries(schedule).map(([name, value]) =>
    Array.isArray(value) && value.length > 0
      ? `    "${name}": [\n${value.map((one) => `      ${JSON.stringify(one)}`).join(',\n')}\n    ]`
      : `    "${name}": ${JSON.stringify(value)}`,
  )
  const before = JSON.stringify(around, null, 2).slice(0, -2)
  return `${before},\n  "schedule": {\n${lists.join(',\n')}\n  }\n}\n`
}

/** Copies a finding from a run's folder to its place under `root`. @returns its folder there */
export const keepFinding = (
  from: string,
  root: string,
  plan: FindingPlan,
  verdict: VerdictRecord,
): string => {
  const folder = join(root, plan.system, nameOf(plan))
  mkdirSync(folder, { recursive: true })
  for (const name of [findingFiles.plan, findingFiles.hunt, files.history])
    cpSync(join(from, name), join(folder, name))
  writeVerdict(folder, { ...verdict, input: files.history })
  return folder
}

/** The finding in a file; undefined for a plan of another kind. @throws UsageError naming the file and the place */
export const readFinding = (file: string): FindingPlan | undefined => {
  const found = jsonOf(file)
  if (typeof found !== 'object' || found === null || !('violates' in found)) return undefined
  const result = findingPlan.safeParse(found)
  if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
  return result.data
}

/** What to ask for to play it again. Options that there are no more are left out. */
export const asRequest = (plan: FindingPlan, planFile: string, catalog: Catalog): TestRequest => {
  const { system, workload, nodes, concurrency, rate, timeLimitS, operationTimeoutMs, seed } = plan
  const { unheldFaults } = plan
  const around = {
    ...{ nodes, concurrency, rate, timeLimitS, operationTimeoutMs, seed },
    ...(unheldFaults === undefined ? {} : { unheldFaults }),
  }
  const options = knownOptions(plan, catalog)
  return { system, workload, planFile, faults: [], options, ...around }
}

/** What is different from when it was found, one line each. */
export const differences = (plan: FindingPlan, catalog: Catalog): readonly string[] => {
  const known = optionsOf(plan, catalog)
  const gone = Object.keys(plan.options).filter((name) => !(name in known))
  const fresh = Object.keys(known).filter((name) => !(name in plan.options))
  return [
    ...(plan.schism === version
      ? []
      : [
          `found by schism ${plan.schism}, played by ${version}: its seed may lead somewhere else now`,
        ]),
    ...gone.map((name) => `option ${name}=${plan.options[name]} is no more: left out`),
    ...fresh.map((name) => `option ${name} is new: ${known[name]!.default}`),
  ]
}

const knownOptions = (plan: FindingPlan, catalog: Catalog): OptionValues => {
  const known = optionsOf(plan, catalog)
  return Object.fromEntries(Object.entries(plan.options).filter(([name]) => name in known))
}

const optionsOf = ({ system, workload }: FindingPlan, catalog: Catalog) => ({
  ...find('system', catalog.systems, system).options,
  ...find('workload', catalog.workloads, workload).options,
})
