/**
 * Turns what a user asked for into the plan of one run: `run.json`, from which everything else follows.
 * The worker that judges the run makes the same workload plan again from it.
 */
import { randomBytes } from 'node:crypto'
import { cpus, release } from 'node:os'
import { progressWithin } from '../checkers/progress.ts'
import type { RunRecord } from '../results/run.ts'
import type { Schedule } from '../results/schedule.ts'
import type { Options, OptionValues, Plan, Protocol, System, Topology, Workload } from './api.ts'
import { type Catalog, find, suggestion } from './catalog.ts'
import { wallTime } from './clock.ts'
import { UsageError } from './errors.ts'
import { random } from './random.ts'
import { checkSchedule } from './schedule/check.ts'
import { generateSchedule } from './schedule/generate.ts'
import { readSchedule } from './schedule/read.ts'
import { templateSchedule } from './schedule/template.ts'
import { topologyOf } from './topology.ts'
import { version } from './version.ts'

/** What `schism test` was asked for; absent means the default. */
export interface TestRequest {
  readonly system: string
  /** The words that name a system of one's own on the command line; absent: its name. */
  readonly words?: readonly string[]
  readonly workload?: string
  readonly faults: readonly string[]
  readonly planFile?: string
  /** `NAME` or `NAME:key=value,…`. */
  readonly template?: string
  /** A schedule that is there already. */
  readonly schedule?: Schedule
  /** What a fault that does not take hold does: ends the run, unless it is to be a warning. */
  readonly unheldFaults?: 'warn'
  /** Absent: containers. */
  readonly cluster?: 'sim'
  readonly nodes?: number
  readonly timeLimitS: number
  readonly rate: number
  readonly concurrency: number
  readonly operationTimeoutMs: number
  readonly seed: number
  readonly options: OptionValues
  readonly expect?: string
  readonly image?: string
}

/** What a run is like unless somebody says otherwise. */
export const usualRun = {
  timeLimitS: 60,
  rate: 200,
  concurrency: 10,
  operationTimeoutMs: 3000,
} as const satisfies Partial<TestRequest>

/** A simulated system that promises nothing about it goes on after this long, ms, or is stuck. */
const PATIENCE_MS = 59_000

/** Makes the plan of a run. @throws UsageError for anything unknown or impossible, before anything starts */
export const planRun = (request: TestRequest, catalog: Catalog): RunRecord => {
  const system = find('system', catalog.systems, request.system)
  const workloadName = request.workload ?? defaultWorkload(request.system, system, catalog)
  const workload = find('workload', catalog.workloads, workloadName)
  requireClient(request.system, system, workloadName, workload, catalog)
  const nodes = request.nodes ?? system.sizes.default
  if (!system.sizes.allowed.includes(nodes))
    throw new UsageError(
      `--nodes ${nodes}: ${request.system} runs with ${system.sizes.allowed.join(', ')} nodes`,
    )
  const { systemOptions, workloadOptions } = splitOptions(request, system, workload)
  const topology = topologyOf(system, nodes)
  const { members } = topology
  const schedule = scheduleOf(request, catalog, topology)
  const faults = [...new Set(schedule.episodes.map(({ fault }) => fault))]
  const { progressMs, ...claim } = system.claims(systemOptions)[workload.client]!
  return {
    version: 1,
    id: runId(request.system, workloadName, request.seed),
    startedAt: wallTime().toISOString(),
    command: commandOf(request, workloadName, nodes),
    seed: request.seed,
    system: request.system,
    systemVersion: system.version,
    systemOptions,
    workload: workloadName,
    workloadOptions,
    faults: request.faults.length > 0 ? [...request.faults] : faults,
    schedule,
    ...(request.template === undefined ? {} : { template: request.template }),
    ...(request.unheldFaults === undefined ? {} : { unheldFaults: request.unheldFaults }),
    ...(request.expect === undefined ? {} : { expect: request.expect }),
    nodes,
    members: members.map((member) => ({ ...member })),
    concurrency: request.concurrency,
    rate: request.rate,
    timeLimitS: request.timeLimitS,
    operationTimeoutMs: request.operationTimeoutMs,
    claim,
    ...(request.cluster === 'sim' ? { progress: { withinMs: progressMs ?? PATIENCE_MS } } : {}),
    environment: {
      schism: version,
      node: process.version,
      kernel: release(),
      platform: `${process.platform}/${process.arch}`,
      cpus: String(cpus().length),
    },
  }
}

/** The workload's plan for a run: the same from the same `run.json`, whoever asks. */
export const workloadPlan = (run: RunRecord, workload: Workload): Plan => {
  const plan = workload.plan({
    random: random(run.seed).fork('workload'),
    threads: run.concurrency,
    options: run.workloadOptions,
    claimed: run.claim.model,
  })
  if (run.progress === undefined) return plan
  return { ...plan, checkers: { ...plan.checkers, progress: progressWithin(run.progress) } }
}

const scheduleOf = (request: TestRequest, catalog: Catalog, topology: Topology): Schedule => {
  const { planFile, template, timeLimitS } = request
  const context = { faults: catalog.faults, topology, timeLimitS }
  if (request.schedule !== undefined)
    return checkSchedule('the schedule', request.schedule, context)
  if (planFile !== undefined) return readSchedule(planFile, request.system, context)
  const chance = random(request.seed).fork('nemesis')
  if (template !== undefined)
    return templateSchedule({
      ...context,
      asked: template,
      templates: catalog.templates,
      random: chance,
    })
  const faults = new Map(
    request.faults.map((name) => [name, find('fault', catalog.faults, name)] as const),
  )
  return generateSchedule({ faults, topology, timeLimitS, random: chance })
}

/** The first workload for the data type that the system names first. */
const defaultWorkload = (name: string, system: System, catalog: Catalog): string => {
  const types = Object.keys(system.clients)
  const [workload] = types.flatMap((type) =>
    [...catalog.workloads].flatMap(([workload, { client }]) => (client === type ? [workload] : [])),
  )
  if (workload === undefined) throw new UsageError(`no workload drives ${name}`)
  return workload
}

/** The workloads that drive a data type which the system has a client for. */
export const drivable = (
  { clients }: Pick<System | Protocol, 'clients'>,
  { workloads }: Catalog,
): readonly string[] =>
  [...workloads].flatMap(([name, { client }]) => (client in clients ? [name] : []))

const requireClient = (
  systemName: string,
  system: System,
  workloadName: string,
  workload: Workload,
  catalog: Catalog,
): void => {
  if (workload.client in system.clients) return
  throw new UsageError(
    `workload ${workloadName} drives a ${workload.client}, for which ${systemName} has no client; it can run: ${drivable(system, catalog).join(', ')}`,
  )
}

/** Gives each option to the system or the workload that has it, with the defaults of the rest. */
const splitOptions = (
  request: TestRequest,
  system: System,
  workload: Workload,
): { systemOptions: OptionValues; workloadOptions: OptionValues } => {
  for (const [name, value] of Object.entries(request.options)) {
    const option = system.options[name] ?? workload.options[name]
    if (option === undefined)
      throw new UsageError(
        `--option ${name}: unknown${suggestion(name, Object.keys({ ...system.options, ...workload.options }))}`,
      )
    const fits = option.choices ? option.choices.includes(value) : /^\d+$/.test(value)
    if (!fits)
      throw new UsageError(
        `--option ${name}=${value}: expected ${option.choices?.join(' or ') ?? 'a whole number'}`,
      )
  }
  const values = (options: Options): OptionValues =>
    Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        request.options[name] ?? option.default,
      ]),
    )
  return { systemOptions: values(system.options), workloadOptions: values(workload.options) }
}

/** Unique on this machine, sortable by time, and told apart by people. */
const runId = (system: string, workload: string, seed: number): string => {
  const time = wallTime()
    .toISOString()
    .replaceAll(/[-:]|\..*/g, '')
  return `${time}-${system}-${workload}-${seed}-${randomBytes(2).toString('hex')}`
}

/** The command that repeats the run, every default spelt out. */
export const commandOf = (request: TestRequest, workload: string, nodes: number): string => {
  const {
    system,
    words = [system],
    faults,
    planFile,
    template,
    timeLimitS,
    rate,
    concurrency,
  } = request
  const parts = [
    ['npx schism test', ...words.map(quoted)].join(' '),
    `--workload ${workload}`,
    ...(planFile === undefined ? [] : [`--plan ${quoted(planFile)}`]),
    ...(template === undefined ? [] : [`--template ${quoted(template)}`]),
    ...(request.unheldFaults === undefined ? [] : ['--lenient-faults']),
    ...(faults.length === 0 ? [] : [`--faults ${faults.join(',')}`]),
    ...(request.cluster === undefined ? [] : [`--cluster ${request.cluster}`]),
    `--nodes ${nodes}`,
    `--time-limit ${timeLimitS}`,
    `--rate ${rate}`,
    `--concurrency ${concurrency}`,
    `--operation-timeout ${request.operationTimeoutMs / 1000}`,
    ...Object.entries(request.options).map(
      ([name, value]) => `--option ${quoted(`${name}=${value}`)}`,
    ),
    ...(request.image === undefined ? [] : [`--image ${quoted(request.image)}`]),
    `--seed ${request.seed}`,
  ]
  return parts.join(' ')
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
