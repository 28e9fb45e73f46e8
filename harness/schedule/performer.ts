/**
 * Does what an episode says and proves it: every injection and every healing goes through here, with its
 * evidence, into the ledger of the history and into the executed schedule.
 */
import type { Evidence } from '../../checkers/ledger.ts'
import type { ExecutedEpisode, PlannedEpisode, Schedule } from '../../results/schedule.ts'
import type { Cluster, Fault, Injection, Json } from '../api.ts'
import { type Clock, milliseconds, sleep } from '../clock.ts'
import { EnvironmentError, messageOf } from '../errors.ts'
import type { Random } from '../random.ts'
import type { Recorder } from '../recorder.ts'
import { inTime } from './deadline.ts'
import { round } from './times.ts'

export interface PerformerOptions {
  readonly schedule: Schedule
  readonly faults: ReadonlyMap<string, Fault>
  readonly cluster: Cluster
  readonly clock: Clock
  readonly recorder: Pick<Recorder, 'fault' | 'observe'>
  /** What targets are drawn from, by episode. */
  readonly random: Random
}

/** An episode in place: installed, or half installed. */
export interface Active {
  readonly number: number
  /** When it was requested; ns on the clock. */
  readonly from: number
  readonly injection: Injection
  readonly installMs: number
  readonly evidence: Evidence
}

/** How long evidence of an injection or a healing may take to show, ms; it is asked for again until then. */
const EVIDENCE_MS = 5_000
const AGAIN_MS = 50

export class Performer {
  private readonly results = new Map<number, ExecutedEpisode>()
  private readonly start: number

  /** Times in the executed schedule count from this moment. */
  constructor(private readonly options: PerformerOptions) {
    this.start = options.clock.now()
  }

  /** What became of the episodes so far, in the order of the schedule. */
  executed(): readonly ExecutedEpisode[] {
    return [...this.results].toSorted(([a], [b]) => a - b).map(([, episode]) => episode)
  }

  isOver(number: number): boolean {
    return this.results.has(number)
  }

  /** Injects an episode and looks whether it took hold. Never throws for what the fault does. */
  async inject(number: number): Promise<Active> {
    const { clock, recorder, random } = this.options
    const { fault: name, plan } = this.episode(number)
    const fault = this.options.faults.get(name)!
    const cluster = { ...this.options.cluster, random: random.fork(`targets/${number}`) }
    recorder.fault(name, 'invoke', { phase: 'inject', episode: number, planned: plan })
    const from = clock.now()
    let injection: Injection = { targets: [], done: null }
    let installed: number | undefined
    let evidence: Evidence
    try {
      injection = await inTime(clock, 'injection', () => fault.inject(cluster, plan))
      installed = clock.now()
      evidence = await this.convinced(() => fault.observe(cluster, injection))
    } catch (error) {
      evidence = { held: false, summary: messageOf(error) }
    }
    const installMs = tenths((installed ?? clock.now()) - from)
    const { targets, done } = injection
    const observeMs = tenths(clock.now() - (installed ?? clock.now()))
    recorder.fault(
      name,
      evidence.held ? 'ok' : 'fail',
      { phase: 'injected', episode: number, targets, done, installMs, observeMs, evidence },
      evidence.held ? undefined : 'did not take hold',
    )
    return { number, from, injection, installMs, evidence }
  }

  /** Heals an episode's fault and looks whether it is gone. @throws EnvironmentError when it is not */
  async heal(active: Active): Promise<void> {
    const { cluster, clock, recorder, faults } = this.options
    const { number, injection } = active
    const { fault: name } = this.episode(number)
    const fault = faults.get(name)!
    recorder.fault(name, 'invoke', { phase: 'heal', episode: number })
    const begun = clock.now()
    let undone: number | undefined
    let evidence: Evidence
    try {
      await inTime(clock, 'heal', () => fault.heal(cluster))
      undone = clock.now()
      evidence = await this.convinced(() => fault.healed(cluster, injection))
    } catch (error) {
      evidence = { held: false, summary: messageOf(error) }
    }
    this.ended(active, begun, undone ?? clock.now(), evidence)
    if (!evidence.held)
      throw new EnvironmentError(`${this.nameOf(number)} did not heal: ${evidence.summary}`)
  }

  /** Another episode has taken the place of this one: what it left is what the other one shows. */
  replaced(active: Active, next: Active): void {
    const { recorder } = this.options
    const { number } = active
    recorder.fault(this.episode(number).fault, 'invoke', { phase: 'heal', episode: number })
    const summary = `replaced by #${next.number + 1}: ${next.evidence.summary}`
    this.ended(active, next.from, next.from, { held: true, summary })
  }

  /** An episode that never began, and why. */
  skip(number: number, reason: string): void {
    const planned = this.episode(number)
    const { fault, plan } = planned
    this.options.recorder.fault(fault, 'info', {
      phase: 'skipped',
      episode: number,
      planned: plan,
      reason,
    })
    this.results.set(number, { episode: number, fault, planned, skipped: reason })
  }

  /** `fault kill #2 (NAME)`: people count from one. */
  nameOf(number: number): string {
    const { fault, name } = this.episode(number)
    return `fault ${fault} #${number + 1}${name === undefined ? '' : ` (${name})`}`
  }

  /** Writes down how an episode ended: its end asked for and done; ns on the clock. */
  private ended(active: Active, begun: number, undone: number, evidence: Evidence): void {
    const { clock, recorder, faults } = this.options
    const { number, from, injection, installMs } = active
    const { targets, done } = injection
    const planned = this.episode(number)
    const { fault } = planned
    const healMs = tenths(undone - begun)
    const observeMs = tenths(Math.max(0, clock.now() - undone))
    recorder.fault(
      fault,
      evidence.held ? 'ok' : 'fail',
      { phase: 'healed', episode: number, healMs, observeMs, evidence },
      evidence.held ? undefined : 'did not heal',
    )
    // Rounded apart, so that one episode's end and the next one's beginning stay in order.
    const at = round((from - this.start) / 1e9)
    this.results.set(number, {
      episode: number,
      fault,
      planned,
      at,
      for: round(round((begun - this.start) / 1e9) - at),
      plan: resolvedPlan(planned.plan, injection, faults.get(fault)!),
      targets: [...targets],
      done,
      installMs,
      evidence: active.evidence,
      healMs,
      healEvidence: evidence,
    })
  }

  /** Asks for evidence until it shows or the time is over. */
  private async convinced(ask: () => Promise<Evidence>): Promise<Evidence> {
    const { clock } = this.options
    const deadline = clock.now() + milliseconds(EVIDENCE_MS)
    for (;;) {
      const evidence = await inTime(clock, 'evidence', ask)
      if (evidence.held || clock.now() > deadline) return evidence
      await sleep(clock, milliseconds(AGAIN_MS))
    }
  }

  private episode(number: number): PlannedEpisode {
    return this.options.schedule.episodes[number]!
  }
}

/** The plan with what it left to the moment filled in from what was done, where that is a plan again. */
const resolvedPlan = (plan: Json, { targets, done }: Injection, fault: Fault): Json => {
  if (!isObject(plan)) return plan
  const known = { ...(targets.length > 0 ? { targets } : {}), ...(isObject(done) ? done : {}) }
  const filled = Object.fromEntries(
    Object.entries(plan).map(([field, value]) => [
      field,
      known[field as keyof typeof known] ?? value,
    ]),
  )
  const parsed = fault.schema.safeParse(filled)
  return parsed.success ? parsed.data : plan
}

const isObject = (value: Json): value is { readonly [field: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const tenths = (ns: number): number => Math.round(ns / 1e5) / 10

/** Undoes every fault on a cluster, whatever was injected. @throws the first failure, after trying all */
export const healAll = async (
  faults: ReadonlyMap<string, Fault>,
  cluster: Cluster,
  clock: Clock,
): Promise<void> => {
  const results = await Promise.allSettled(
    [...faults].map(([name, fault]) =>
      inTime(clock, 'heal', () => fault.heal(cluster)).catch((error: unknown) => {
        throw new EnvironmentError(`fault ${name} did not heal: ${messageOf(error)}`)
      }),
    ),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
