/**
 * Random schedules on a real cluster, one after another: after every heal it takes writes again, nothing is
 * left behind, and every episode has its evidence.
 *
 *   npx tsx scripts/random-schedules/main.ts [--schedules 100] [--seed 1] [--seconds 10] [--faults a,b] [--system etcd]
 *
 * All of them run on one cluster, which finds more than a fresh one each time would: what a schedule leaves
 * behind is there for the next. Faults that damage files for good come alone in their schedule, and the nodes
 * that they damaged are replaced after it.
 */
import { randomBytes } from 'node:crypto'
import type { HistoryEvent } from '../../checkers/history.ts'
import type { FaultRecord } from '../../checkers/ledger.ts'
import type { Ability, Fault, System } from '../../harness/api.ts'
import type { Catalog } from '../../harness/catalog.ts'
import { find } from '../../harness/catalog.ts'
import { monotonicMs, realClock } from '../../harness/clock.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import { openEngine } from '../../harness/cluster/docker/engine.ts'
import { leftOf } from '../../harness/cluster/docker/fixture.ts'
import { EnvironmentError, messageOf } from '../../harness/errors.ts'
import { type Random, random } from '../../harness/random.ts'
import { generateSchedule, needsOf } from '../../harness/schedule/generate.ts'
import { Injector } from '../../harness/schedule/injector.ts'
import { Triggers } from '../../harness/schedule/triggers.ts'
import { TestRecorder } from '../../harness/testing/faults.ts'
import { topologyOf } from '../../harness/topology.ts'
import type { ExecutedEpisode } from '../../results/schedule.ts'
import { differences, type Place, type Traces, traces } from './traces.ts'
import { Writers } from './writer.ts'

export interface Options {
  readonly catalog: Catalog
  readonly system: string
  readonly nodes: number
  readonly schedules: number
  readonly seed: number
  readonly secondsEach: number
  /** By name; all that this machine can do, unless given. */
  readonly faults?: readonly string[]
  readonly say: (line: string) => void
}

/** What one schedule did. */
export interface Outcome {
  readonly seed: number
  readonly faults: readonly string[]
  readonly episodes: readonly ExecutedEpisode[]
  /** From each moment in which the last fault in place was healed until a write was acknowledged; ms. */
  readonly recoveriesMs: readonly number[]
  /** What is wrong; nothing, hopefully. */
  readonly problems: readonly string[]
}

/** Bytes that they change stay changed. */
const damaging = ['bitflip', 'copy-chunk', 'truncate', 'snapshot-restore']

/** The bound on taking writes again, and how long the whole cluster may take to serve; ms. */
const WRITES_MS = 10_000
const READY_MS = 60_000

const never = new AbortController().signal

/** Runs them all. @throws EnvironmentError when the cluster does not come up, or does not serve any more */
export const randomSchedules = async (options: Options): Promise<readonly Outcome[]> => {
  const { catalog, system: systemName, say } = options
  const system = find('system', catalog.systems, systemName)
  const wanted = options.faults ?? [...catalog.faults.keys()]
  const runId = `schedules-${randomBytes(4).toString('hex')}`
  const { cluster, faults } = await start(options, system, wanted, runId)
  const place: Place = { engine: openEngine(), cluster, runId }
  const outcomes: Outcome[] = []
  try {
    await cluster.awaitReady(READY_MS, never)
    const clean = await traces(place)
    for (let nth = 0; nth < options.schedules; nth++) {
      const chosen = choose(faults, random(options.seed + nth).fork('faults'))
      const outcome = await play({ options, system, place, faults: chosen, nth, clean })
      outcomes.push(outcome)
      say(lineOf(nth, outcome))
    }
  } finally {
    await cluster.down()
  }
  const left = await leftOf(runId)
  if (left.length > 0) throw new EnvironmentError(`left in the engine: ${left.join(', ')}`)
  return outcomes
}

/** Brings the cluster up with whatever the faults need; those that this machine cannot do are left out. */
const start = async (
  { catalog, system: systemName, nodes, say }: Options,
  system: System,
  wanted: readonly string[],
  runId: string,
): Promise<{ cluster: RunningCluster; faults: ReadonlyMap<string, Fault> }> => {
  const faults = new Map(wanted.map((name) => [name, find('fault', catalog.faults, name)]))
  for (;;) {
    const topology = topologyOf(system, nodes)
    const needs: Record<string, readonly Ability[]> = {}
    for (const [name, fault] of faults) {
      // Whatever plan the seed will give it.
      const plans = Array.from({ length: 20 }, (_, nth) => fault.plan(topology, random(nth), nth))
      const episodes = plans.map((plan) => ({ at: 0, for: 1, fault: name, plan }))
      Object.assign(needs, needsOf({ episodes }, faults))
    }
    try {
      const options = Object.fromEntries(
        Object.entries(system.options).map(([name, { default: value }]) => [name, value]),
      )
      const cluster = await dockerCluster.up({
        runId,
        systemName,
        system,
        nodes,
        options,
        needs,
        progress: say,
        signal: never,
      })
      return { cluster, faults }
    } catch (error) {
      const [, name] = /^fault ([\w-]+): this machine cannot/.exec(messageOf(error)) ?? []
      if (!(error instanceof EnvironmentError) || name === undefined) throw error
      say(`left out: ${error.message}`)
      faults.delete(name)
    }
  }
}

/** One to three faults; one that damages files comes alone. */
const choose = (faults: ReadonlyMap<string, Fault>, draw: Random): ReadonlyMap<string, Fault> => {
  const [first = '', ...others] = draw.shuffle([...faults.keys()])
  const more = others.filter((name) => !damaging.includes(name)).slice(0, draw.int(0, 2))
  const names = damaging.includes(first) ? [first] : [first, ...more]
  return new Map(names.map((name) => [name, faults.get(name)!]))
}

interface Stage {
  readonly options: Options
  readonly system: System
  readonly place: Place
  readonly faults: ReadonlyMap<string, Fault>
  readonly nth: number
  /** How the cluster was before the first schedule. */
  readonly clean: Traces
}

const play = async ({ options, system, place, faults, nth, clean }: Stage): Promise<Outcome> => {
  const { cluster } = place
  const seed = options.seed + nth
  const clock = realClock()
  const topology = topologyOf(system, options.nodes)
  const draw = random(seed)
  const timeLimitS = options.secondsEach
  const schedule = generateSchedule({ faults, topology, timeLimitS, random: draw.fork('nemesis') })
  const triggers = new Triggers(schedule.episodes)
  const heals = new Heals()
  const recorder = new TestRecorder(clock, (event) => {
    triggers.hear(event)
    heals.hear(event)
  })
  const writers = new Writers(cluster, system, defaultsOf(system), () => recorder.ok())
  const injector = new Injector({
    schedule,
    faults,
    cluster,
    clock,
    recorder,
    triggers,
    random: draw.fork('targets'),
    unheld: 'warn',
  })
  const problems: string[] = []
  // What takes longer than it was given is waited for: every episode gets its turn.
  await injector.run(never).catch((error: unknown) => problems.push(messageOf(error)))
  const recoveriesMs = await recoveries(heals, writers, problems)
  await writers.stop()
  const episodes = injector.executed()
  problems.push(...withoutEvidence(episodes, schedule.episodes.length))
  problems.push(...(await restore(place, faults, episodes)))
  problems.push(...(await leftovers(place, clean)))
  return { seed, faults: [...faults.keys()], episodes, recoveriesMs, problems }
}

const defaultsOf = ({ options }: System): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]))

/** Knows the moments in which the last fault in place was healed, and when the next one came; ms. */
class Heals {
  readonly quiet: { readonly from: number; to: number }[] = []
  private readonly active = new Set<number>()

  hear({ process, value }: HistoryEvent): void {
    if (process !== 'nemesis') return
    const record = value as FaultRecord
    if (record.phase === 'inject') {
      this.active.add(record.episode)
      const last = this.quiet.at(-1)
      if (last !== undefined) last.to = Math.min(last.to, monotonicMs())
    }
    if (record.phase !== 'healed') return
    this.active.delete(record.episode)
    if (this.active.size === 0)
      this.quiet.push({ from: monotonicMs(), to: Number.POSITIVE_INFINITY })
  }
}

/** How long each heal took to show in writes; a problem where it was longer than the bound. */
const recoveries = async (
  heals: Heals,
  writers: Writers,
  problems: string[],
): Promise<readonly number[]> => {
  const deadline = monotonicMs() + WRITES_MS
  const last = heals.quiet.at(-1)
  while (last && writers.firstAfter(last.from) === undefined && monotonicMs() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  return heals.quiet.flatMap(({ from, to }) => {
    const took = writers.firstAfter(from)
    // Another fault came before a write could: nobody can tell.
    if ((took ?? WRITES_MS) > to - from) return []
    if (took === undefined || took > WRITES_MS)
      problems.push(`no write within ${WRITES_MS / 1000} s after a heal`)
    return took === undefined ? [] : [took]
  })
}

const withoutEvidence = (
  episodes: readonly ExecutedEpisode[],
  planned: number,
): readonly string[] => {
  const missing = planned - episodes.length
  return [
    ...(missing === 0 ? [] : [`${missing} episodes are not in the ledger`]),
    ...episodes.flatMap((episode) => {
      const name = `${episode.fault} #${episode.episode + 1}`
      if ('skipped' in episode) return [`${name} was skipped: ${episode.skipped}`]
      const { evidence, healEvidence } = episode
      return [
        ...(evidence.held ? [] : [`${name} did not take hold: ${evidence.summary}`]),
        ...(healEvidence.held ? [] : [`${name} did not heal: ${healEvidence.summary}`]),
      ]
    }),
  ]
}

/** Replaces nodes whose files were damaged, and waits until everybody serves. */
const restore = async (
  { cluster }: Place,
  faults: ReadonlyMap<string, Fault>,
  episodes: readonly ExecutedEpisode[],
): Promise<readonly string[]> => {
  const hit = [...new Set(episodes.flatMap((one) => ('targets' in one ? one.targets : [])))]
  if ([...faults.keys()].some((name) => damaging.includes(name)) && hit.length > 0) {
    await cluster.processes!.kill(hit)
    await cluster.processes!.wipe(hit)
    await cluster.membership?.restore()
  }
  return cluster.awaitReady(READY_MS, never).then(
    () => [],
    (error: unknown) => [`the cluster does not serve: ${messageOf(error)}`],
  )
}

/** What is left ends within moments: a process that was told to go may still be on its way. */
const leftovers = async (place: Place, clean: Traces): Promise<readonly string[]> => {
  let left: readonly string[] = []
  for (let look = 0; look < 5; look++) {
    left = differences(clean, await traces(place))
    if (left.length === 0) return []
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return left.map((line) => `left behind: ${line}`)
}

const lineOf = (
  nth: number,
  { seed, faults, episodes, recoveriesMs, problems }: Outcome,
): string => {
  const held = episodes.filter((one) => 'evidence' in one && one.evidence.held).length
  const slowest = Math.max(0, ...recoveriesMs)
  const said = problems.length === 0 ? 'ok' : problems.join('; ')
  return `${nth + 1}  seed ${seed}  ${faults.join('+')}  ${held}/${episodes.length} episodes  writes after ${Math.round(slowest)} ms  ${said}`
}
