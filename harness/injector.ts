/**
 * Carries out a fault schedule: injects, proves, heals, proves again, and writes all of it into the
 * ledger. Actions are taken one after another. A fault that does not take hold is a failure of the
 * harness, loud and named, because a run that was never disturbed proves nothing.
 */
import type { Evidence } from '../checkers/ledger.ts'
import type { PlannedEpisode, Schedule } from '../results/run.ts'
import type { Cluster, Fault, Injection } from './api.ts'
import { type Clock, monotonicMs, seconds, sleep } from './clock.ts'
import { EnvironmentError, messageOf } from './errors.ts'
import type { Recorder } from './recorder.ts'

export interface InjectorOptions {
  readonly schedule: Schedule
  readonly faults: ReadonlyMap<string, Fault>
  readonly cluster: Cluster
  readonly clock: Clock
  readonly recorder: Recorder
}

/** How long evidence of an injection or a healing may take to show, ms; it is asked for again until then. */
const EVIDENCE_MS = 5_000

export class Injector {
  private readonly active = new Map<number, Injection>()

  constructor(private readonly options: InjectorOptions) {}

  /**
   * Runs the schedule, its times counted from now, until it is over or the signal aborts; then heals
   * whatever is still broken. @throws EnvironmentError when a fault or a healing did not take hold
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, schedule } = this.options
    const start = clock.now()
    const actions = schedule.episodes
      .flatMap((episode, number) => [
        { at: episode.at, act: () => this.inject(number, episode) },
        { at: episode.at + episode.for, act: () => this.heal(number, episode) },
      ])
      .toSorted((a, b) => a.at - b.at)
    try {
      for (const { at, act } of actions) {
        const due = start + seconds(at)
        while (!signal.aborted && clock.now() < due) await sleep(clock, due - clock.now(), signal)
        if (signal.aborted) return
        await act()
      }
    } finally {
      for (const number of [...this.active.keys()])
        await this.heal(number, schedule.episodes[number]!)
    }
  }

  private async inject(number: number, { fault: name, plan }: PlannedEpisode): Promise<void> {
    const { cluster, faults, recorder } = this.options
    const fault = faults.get(name)!
    recorder.fault(name, 'invoke', { phase: 'inject', episode: number, planned: plan })
    // What a failed injection left half done is healed like a whole one.
    this.active.set(number, { targets: [], done: null })
    const begun = monotonicMs()
    let injection: Injection = { targets: [], done: null }
    let installMs = 0
    let evidence: Evidence
    try {
      injection = await fault.inject(cluster, plan)
      this.active.set(number, injection)
      installMs = monotonicMs() - begun
      evidence = await convinced(() => fault.observe(cluster, injection))
    } catch (error) {
      evidence = { held: false, summary: messageOf(error) }
    }
    const observeMs = monotonicMs() - begun - installMs
    recorder.fault(
      name,
      evidence.held ? 'ok' : 'fail',
      {
        phase: 'injected',
        episode: number,
        targets: injection.targets,
        done: injection.done,
        installMs: round(installMs),
        observeMs: round(observeMs),
        evidence,
      },
      evidence.held ? undefined : 'did not take hold',
    )
    if (!evidence.held)
      throw new EnvironmentError(
        `fault ${name} #${number + 1} did not take hold: ${evidence.summary}`,
      )
  }

  private async heal(number: number, { fault: name }: PlannedEpisode): Promise<void> {
    const injection = this.active.get(number)
    if (injection === undefined) return
    const { cluster, faults, recorder } = this.options
    const fault = faults.get(name)!
    recorder.fault(name, 'invoke', { phase: 'heal', episode: number })
    const begun = monotonicMs()
    let healMs = 0
    let evidence: Evidence
    try {
      await fault.heal(cluster)
      healMs = monotonicMs() - begun
      evidence = await convinced(() => fault.healed(cluster, injection))
    } catch (error) {
      evidence = { held: false, summary: messageOf(error) }
    }
    this.active.delete(number)
    const observeMs = round(monotonicMs() - begun - healMs)
    recorder.fault(
      name,
      evidence.held ? 'ok' : 'fail',
      { phase: 'healed', episode: number, healMs: round(healMs), observeMs, evidence },
      evidence.held ? undefined : 'did not heal',
    )
    if (!evidence.held)
      throw new EnvironmentError(`fault ${name} #${number + 1} did not heal: ${evidence.summary}`)
  }
}

/** Asks for evidence until it shows or the time is over. */
const convinced = async (ask: () => Promise<Evidence>): Promise<Evidence> => {
  const deadline = monotonicMs() + EVIDENCE_MS
  for (;;) {
    const evidence = await ask()
    if (evidence.held || monotonicMs() > deadline) return evidence
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10

/** Undoes every fault on a cluster, whatever was injected. @throws the first failure, after trying all */
export const healAll = async (
  faults: ReadonlyMap<string, Fault>,
  cluster: Cluster,
): Promise<void> => {
  const results = await Promise.allSettled([...faults.values()].map((fault) => fault.heal(cluster)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
