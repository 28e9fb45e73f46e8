/**
 * What happens in one run, in order: the cluster comes up, clients and nemesis go side by side, everything is
 * healed and serves again, and the final reads are made. The same on containers and real time as in a
 * simulation on virtual time: only the stage differs.
 */
import type { HistoryEvent } from '../checkers/history.ts'
import type { RunRecord } from '../results/run.ts'
import type { ExecutedSchedule } from '../results/schedule.ts'
import type { Ability, Call, Fault, Plan, System, Workload } from './api.ts'
import { type Catalog, find } from './catalog.ts'
import { type Clock, milliseconds, seconds, sleep } from './clock.ts'
import { clockOffsets } from './clock-evidence.ts'
import type { RunningCluster } from './cluster/cluster.ts'
import { EnvironmentError, messageOf } from './errors.ts'
import type { Generator } from './generator.ts'
import { script, stagger, stream, timeLimit } from './generators/index.ts'
import { Interpreter } from './interpreter.ts'
import { workloadPlan } from './plan.ts'
import { random } from './random.ts'
import { type EventLog, Recorder } from './recorder.ts'
import { needsOf } from './schedule/generate.ts'
import { Injector } from './schedule/injector.ts'
import { healAll } from './schedule/performer.ts'
import { Triggers, waitsForLogs } from './schedule/triggers.ts'

/** How long the cluster may take to serve, from its start and again after the last heal; ms. */
const READY_MS = 60_000

/** How often the system is asked who leads; ms. */
const OBSERVE_MS = 250

/** How often the nodes' clocks are read in a run that shifts them; ms. */
const CLOCKS_MS = 1000

/** Where and how a run is played. */
export interface Stage {
  readonly run: RunRecord
  readonly catalog: Catalog
  /** The time of the run: real, or that of a simulation. */
  readonly clock: Clock
  /** Where its events go. */
  readonly log: EventLog
  /** Brings the cluster up. */
  readonly up: (
    system: System,
    needs: Readonly<Record<string, readonly Ability[]>>,
  ) => Promise<RunningCluster>
  /** Takes the record of the run with what the cluster says of itself, when it serves. */
  readonly ready: (run: RunRecord) => void
  /** Hears every event. */
  readonly listen: (event: HistoryEvent) => void
  /** One line for the person who waits. */
  readonly say: (line: string) => void
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
}

/** The moving parts of one run, in the order in which they come to life. */
export class Story {
  /** With what the cluster says of itself, once it is up. */
  run: RunRecord
  private readonly clock: Clock
  private readonly system: System
  private readonly workload: Workload
  private readonly faults: ReadonlyMap<string, Fault>
  private readonly plan: Plan
  private readonly recorder: Recorder
  private readonly triggers: Triggers
  private readonly halt = new AbortController()
  private closed = false
  private cluster: RunningCluster | undefined
  private interpreter: Interpreter<Call> | undefined
  private injector: Injector | undefined

  constructor(private readonly options: Stage) {
    const { run, catalog, clock, log, listen } = options
    this.run = run
    this.clock = clock
    this.system = find('system', catalog.systems, run.system)
    this.workload = find('workload', catalog.workloads, run.workload)
    this.faults = new Map(
      run.schedule.episodes.map(({ fault }) => [fault, find('fault', catalog.faults, fault)]),
    )
    this.plan = workloadPlan(run, this.workload)
    this.triggers = new Triggers(run.schedule.episodes)
    this.recorder = new Recorder({
      clock: this.clock,
      log,
      listen: (event) => {
        listen(event)
        this.triggers.hear(event)
      },
      // Without a history there is nothing to judge: stop, but keep what was written.
      failed: (error) => this.halt.abort(error),
    })
  }

  async play(): Promise<void> {
    const { signal } = this.options
    const cluster = await this.up()
    const watching = new AbortController()
    const watched = Promise.all([
      this.watch(cluster, watching.signal),
      this.watchClocks(cluster, watching.signal),
    ])
    try {
      await this.main(cluster)
      if (!signal.aborted) await this.recover(cluster)
      if (!signal.aborted) await this.final()
    } finally {
      watching.abort()
      await watched
      await this.interpreter?.close()
    }
  }

  private async up(): Promise<RunningCluster> {
    const { run, options, clock, system } = this
    const begun = clock.now()
    this.cluster = await options.up(system, needsOf(run.schedule, this.faults))
    await this.cluster.awaitReady(READY_MS, options.signal)
    options.say(`cluster ready in ${((clock.now() - begun) / 1e9).toFixed(1)} s`)
    this.run = { ...run, environment: { ...run.environment, ...this.cluster.facts } }
    options.ready(this.run)
    return this.cluster
  }

  /** Clients and nemesis side by side, until the time is over or a fault fails. */
  private async main(cluster: RunningCluster): Promise<void> {
    const { run, clock, recorder, faults, options } = this
    const stopped = new AbortController()
    const signal = AbortSignal.any([options.signal, stopped.signal, this.halt.signal])
    recorder.observe({ kind: 'phase', phase: 'main' })
    const interpreter = this.clients(cluster)
    const unfollow = await this.follow(cluster)
    const injector = new Injector({
      schedule: run.schedule,
      faults,
      cluster,
      clock,
      recorder,
      triggers: this.triggers,
      random: random(run.seed).fork('nemesis'),
      unheld: run.unheldFaults ?? 'fail',
    })
    this.injector = injector
    const generator = timeLimit(seconds(run.timeLimitS), this.calls())
    const results = await Promise.allSettled([
      interpreter.run(generator, signal).finally(() => stopped.abort()),
      injector.run(signal).catch((error: unknown) => {
        stopped.abort()
        throw error
      }),
    ])
    unfollow()
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    this.halt.signal.throwIfAborted()
  }

  /** What clients are to do: as the schedule says, or the workload at the rate asked for. */
  private calls(): Generator {
    const { run, plan } = this
    const { calls } = run.schedule
    if (calls !== undefined)
      return script(calls.map(({ at, thread, ...call }) => ({ at: seconds(at), thread, call })))
    return stagger(
      seconds(1 / run.rate),
      stream(random(run.seed).fork('rate').seed),
      plan.generator,
    )
  }

  /** Gives what the nodes print to the triggers that wait for it. @returns what ends it */
  private async follow(cluster: RunningCluster): Promise<() => void> {
    if (!waitsForLogs(this.run.schedule)) return () => {}
    if (cluster.logs === undefined)
      throw new EnvironmentError('this kind of cluster cannot be waited for by log lines')
    return cluster.logs.follow((line) => this.triggers.print(line))
  }

  private async recover(cluster: RunningCluster): Promise<void> {
    const { recorder, options } = this
    recorder.observe({ kind: 'phase', phase: 'recovery' })
    const begun = this.clock.now()
    // A node may have ended after its healing, on damage that it found late.
    await this.heal()
    const afterMs = (): number => Math.round((this.clock.now() - begun) / 1e6)
    try {
      await cluster.awaitReady(READY_MS, options.signal)
    } catch (error) {
      if (!options.signal.aborted)
        recorder.observe({ kind: 'unrecovered', afterMs: afterMs(), reason: messageOf(error) })
      throw error
    }
    recorder.observe({ kind: 'recovered', afterMs: afterMs() })
  }

  private async final(): Promise<void> {
    const { recorder, plan, interpreter, options } = this
    recorder.observe({ kind: 'phase', phase: 'final' })
    if (plan.final !== undefined) await interpreter?.run(plan.final, options.signal)
    recorder.observe({ kind: 'phase', phase: 'end' })
  }

  private clients(cluster: RunningCluster): Interpreter<Call> {
    const { run, workload, clock, recorder } = this
    const serving = cluster.nodes.filter(({ serves }) => serves)
    const nodeOf = (thread: number) => serving[thread % serving.length]!
    const open = this.system.clients[workload.client]!
    this.interpreter = new Interpreter<Call>({
      threads: run.concurrency,
      clock,
      open: (thread) =>
        open({
          cluster,
          node: nodeOf(thread),
          options: run.systemOptions,
          timeoutMs: run.operationTimeoutMs,
        }),
      nodeOf: (thread) => nodeOf(thread).name,
      safe: new Set(workload.safe),
      timeoutMs: run.operationTimeoutMs,
      record: (event) => recorder.record(event),
    })
    return this.interpreter
  }

  /** Records who leads whenever that changes. */
  private async watch(cluster: RunningCluster, signal: AbortSignal): Promise<void> {
    if (this.system.primaries === undefined) return
    let known = ''
    while (!signal.aborted) {
      const primaries = (await cluster.primaries().catch(() => [])).toSorted()
      if (signal.aborted) return
      if (primaries.join() !== known) this.recorder.observe({ kind: 'primaries', primaries })
      known = primaries.join()
      await sleep(this.clock, milliseconds(OBSERVE_MS), signal)
    }
  }

  /** Records how wrong the nodes' clocks are, in a run that shifts them. */
  private async watchClocks(cluster: RunningCluster, signal: AbortSignal): Promise<void> {
    const needed = Object.values(needsOf(this.run.schedule, this.faults)).flat()
    if (cluster.clocks === undefined || !needed.includes('clock')) return
    const names = cluster.nodes.map(({ name }) => name)
    while (!signal.aborted) {
      const offsets = await clockOffsets(cluster, names).catch(() => ({}))
      if (signal.aborted) return
      this.recorder.observe({ kind: 'clock', offsets })
      await sleep(this.clock, milliseconds(CLOCKS_MS), signal)
    }
  }

  /** Undoes everything again: costs little, and a run that failed half-way may need it. */
  async heal(): Promise<void> {
    if (this.cluster !== undefined) await healAll(this.faults, this.cluster, this.clock)
  }

  /** Says it now, and in the history as long as that is open: whoever judges it again should know. */
  warn(message: string): void {
    if (this.closed) this.options.say(message)
    else this.recorder.observe({ kind: 'warning', message })
  }

  close(): void {
    this.closed = true
    this.recorder.close()
  }

  /** What became of the schedule, as `--plan` reads it. */
  executed(): ExecutedSchedule {
    const { id, system, seed, timeLimitS } = this.run
    const executed = [...(this.injector?.executed() ?? [])]
    return { version: 1, run: id, system, seed, timeLimitS, executed }
  }

  /** Writes the nodes' logs into a folder. */
  async saveLogs(folder: string): Promise<void> {
    await this.cluster?.saveLogs(folder)
  }

  async down(): Promise<void> {
    await this.cluster?.down()
  }
}
