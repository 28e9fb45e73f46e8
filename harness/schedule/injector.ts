/**
 * Carries out a fault schedule: waits for the time or the trigger of each episode, has it injected, and has
 * it healed when it is over. Episodes of different faults go on side by side, so that a slow injection
 * delays nobody's heal; those of one fault come one after another, because healing a fault undoes all of
 * it. Nor do episodes meet that the plan keeps apart: one that was to be over before another begins is
 * waited for, however long it took. A fault that does not take hold is a failure of the harness, loud and named, because a run that was
 * never disturbed proves nothing.
 */
import { setMaxListeners } from 'node:events'
import type { ExecutedEpisode, Schedule, Trigger } from '../../results/schedule.ts'
import { seconds, sleep } from '../clock.ts'
import { EnvironmentError } from '../errors.ts'
import { type Active, Performer, type PerformerOptions } from './performer.ts'
import { follows, isBefore } from './times.ts'
import { type Triggers, triggerText } from './triggers.ts'

export interface InjectorOptions extends PerformerOptions {
  readonly triggers: Triggers
  /** Whether a fault that does not take hold ends the run, or is a warning. */
  readonly unheld: 'fail' | 'warn'
}

/** Something that happens once. */
class Signal {
  give: () => void = () => {}
  readonly given = new Promise<void>((resolve) => {
    this.give = resolve
  })
}

export class Injector {
  /** The last one of each fault to wait for its turn. */
  private readonly turns = new Map<string, Promise<void>>()
  private readonly performer: Performer
  /** Each episode's end: healed, replaced or skipped. */
  private readonly ends: readonly Signal[]
  private readonly start: number

  /** The times of the schedule count from this moment. */
  constructor(private readonly options: InjectorOptions) {
    this.start = options.clock.now()
    this.performer = new Performer(options)
    this.ends = options.schedule.episodes.map(() => new Signal())
  }

  /**
   * Runs the schedule until it is over or the signal aborts; then heals whatever is still broken.
   * @throws EnvironmentError when a fault or a healing did not take hold
   */
  async run(signal: AbortSignal): Promise<void> {
    const failing = new AbortController()
    const either = AbortSignal.any([signal, failing.signal])
    // Every episode that waits listens to it.
    setMaxListeners(0, either)
    const results = await Promise.allSettled(
      this.chains().map((chain) =>
        this.play(chain, either).catch((error: unknown) => {
          failing.abort()
          throw error
        }),
      ),
    )
    for (const number of this.options.schedule.episodes.keys())
      if (!this.performer.isOver(number)) this.missed(number, 'the main phase was over before')
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** What became of the episodes so far, in the order of the schedule. */
  executed(): readonly ExecutedEpisode[] {
    return this.performer.executed()
  }

  /**
   * Episodes that replace each other without a moment of health between them stand together; every other
   * one alone.
   */
  private chains(): readonly (readonly number[])[] {
    const { schedule, faults } = this.options
    const { episodes } = schedule
    const next = new Map<number, number>()
    for (const [place, { fault }] of episodes.entries()) {
      if (faults.get(fault)!.replaces !== true) continue
      const before = episodes.findIndex((_, other) => follows(place, other, episodes))
      if (before !== -1) next.set(before, place)
    }
    const later = new Set(next.values())
    const firsts = [...episodes.keys()].filter((place) => !later.has(place))
    return firsts.map((first) => {
      const chain = [first]
      for (let place = next.get(first); place !== undefined; place = next.get(place))
        chain.push(place)
      return chain
    })
  }

  private async play(chain: readonly number[], signal: AbortSignal): Promise<void> {
    const [first = 0] = chain
    try {
      if (!(await this.begins(first, signal))) return
      const endTurn = await this.turn(this.episode(first).fault)
      try {
        await this.inPlace(chain, signal)
      } finally {
        endTurn()
      }
    } finally {
      for (const number of chain) this.ends[number]!.give()
    }
  }

  /** From the first injection of a chain to its healing, whatever happens between. */
  private async inPlace(chain: readonly number[], signal: AbortSignal): Promise<void> {
    const { performer } = this
    let active: Active | undefined
    let failure: string | undefined
    for (const number of chain) {
      if (signal.aborted) break
      const next = await performer.inject(number)
      if (active !== undefined) {
        performer.replaced(active, next)
        this.ends[active.number]!.give()
      }
      active = next
      if (!next.evidence.held) {
        failure = `${performer.nameOf(number)} did not take hold: ${next.evidence.summary}`
        break
      }
      await this.lasts(active, signal)
    }
    try {
      // What a failed injection left half done is healed like a whole one.
      if (active !== undefined) await performer.heal(active)
    } finally {
      if (failure !== undefined) this.unheld(failure)
    }
  }

  private unheld(message: string): void {
    if (this.options.unheld === 'fail') throw new EnvironmentError(message)
    this.options.recorder.observe({ kind: 'warning', message })
  }

  /** Waits for an episode's beginning. @returns whether it has come */
  private async begins(number: number, signal: AbortSignal): Promise<boolean> {
    const { at, when } = this.episode(number)
    if (at !== undefined) {
      await this.until(this.start + seconds(at), signal)
      await Promise.all(this.plannedBefore(at).map((other) => this.ends[other]!.given))
    }
    if (when === undefined) return !signal.aborted
    if (!(await this.comes(number, when, signal))) return false
    await this.until(this.options.clock.now() + seconds(when.plus ?? 0), signal)
    await this.until(this.endOfQuiet(), signal)
    return !signal.aborted
  }

  /** The episodes that were to be over at a time, s. */
  private plannedBefore(time: number): readonly number[] {
    return [...this.options.schedule.episodes].flatMap(({ at, for: length }, number) =>
      at !== undefined && !isBefore(time, at + length) ? [number] : [],
    )
  }

  private async comes(number: number, trigger: Trigger, signal: AbortSignal): Promise<boolean> {
    const { clock, triggers, cluster } = this.options
    const late = new AbortController()
    const cancel =
      trigger.within === undefined
        ? () => {}
        : clock.after(seconds(trigger.within), () => late.abort())
    const either = AbortSignal.any([signal, late.signal])
    const came = await triggers.comes(trigger, cluster.nodes, either)
    cancel()
    if (came) return true
    const patience = late.signal.aborted ? `within ${trigger.within} s` : 'while clients ran'
    this.missed(number, `${triggerText(trigger)} did not come ${patience}`)
    return false
  }

  private missed(number: number, reason: string): void {
    this.performer.skip(number, reason)
    const message = `${this.performer.nameOf(number)} was not injected: ${reason}`
    this.options.recorder.observe({ kind: 'warning', message })
  }

  /** Waits until an episode in place is over, or must make room for a quiet window. */
  private async lasts({ number, from }: Active, signal: AbortSignal): Promise<void> {
    const { clock, triggers, cluster } = this.options
    const { for: length, until } = this.episode(number)
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const early = async (trigger: Trigger): Promise<void> => {
      if (!(await triggers.comes(trigger, cluster.nodes, either))) return
      await this.until(clock.now() + seconds(trigger.plus ?? 0), either)
      over.abort()
    }
    const ending = until === undefined ? undefined : early(until)
    await this.until(Math.min(from + seconds(length), this.nextQuiet(from)), either)
    over.abort()
    await ending
  }

  /** Waits until no other episode of the fault is in place. @returns what lets the next one begin */
  private async turn(fault: string): Promise<() => void> {
    const before = this.turns.get(fault)
    let endTurn = (): void => {}
    const ended = new Promise<void>((resolve) => {
      endTurn = resolve
    })
    this.turns.set(fault, ended)
    await before
    return endTurn
  }

  /** Sleeps until a time; ns on the clock. Returns at once when the signal aborts. */
  private async until(due: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.options
    while (!signal.aborted && clock.now() < due) await sleep(clock, due - clock.now(), signal)
  }

  /** The end of the quiet window that we are in, or now; ns on the clock. */
  private endOfQuiet(): number {
    const now = this.options.clock.now()
    const at = (now - this.start) / 1e9
    const window = this.options.schedule.quiet?.find((one) => at >= one.at && at < one.at + one.for)
    return window === undefined ? now : this.start + seconds(window.at + window.for)
  }

  /** When the first quiet window after a time begins; ns on the clock. */
  private nextQuiet(time: number): number {
    const starts = (this.options.schedule.quiet ?? []).map(({ at }) => this.start + seconds(at))
    return Math.min(Number.POSITIVE_INFINITY, ...starts.filter((at) => at > time))
  }

  private episode(number: number): Schedule['episodes'][number] {
    return this.options.schedule.episodes[number]!
  }
}
