/**
 * The threads that help with a judgment, once there is so much to do that it pays to start some: they
 * take their turns as this thread does, and their answers are noted in between.
 */
import type { Answered, Helpers, Limits } from '../checker.ts'
import { type Answer, shareOf, type Task } from './helping.ts'
import type { Case, Turns } from './turns.ts'

/** The number of this thread among those that hold searches; helpers are numbered from 0. */
export const HERE = -1

/** What a helper is at. */
interface Place<O> {
  doing: Case<O> | undefined
  /** Parts that it holds and others search by now. */
  forget: number[]
}

export class Crew<O> {
  /** Why a helper had to stop, if one had to. */
  reason: string | undefined
  private helpers: Helpers | undefined
  private places: readonly Place<O>[] = []
  /** @param release to be called for what this thread holds and a helper searches from now on */
  constructor(
    private readonly turns: Turns<O>,
    private readonly limits: Limits,
    private readonly release: (one: Case<O>) => void,
  ) {}

  /** Notes what was answered and gives those work that have none. @param steps done here so far */
  serve(steps: number): void {
    if (this.helpers === undefined) this.ask(steps)
    if (this.helpers === undefined) return
    let answered = this.helpers.take(false)
    for (; answered !== undefined; answered = this.helpers.take(false)) this.hear(answered)
    for (const [helper, { doing }] of this.places.entries())
      if (doing === undefined) this.give(helper)
  }

  /** Waits for an answer for some milliseconds. */
  wait(): void {
    const answered = this.helpers?.take(true)
    if (answered !== undefined) this.hear(answered)
  }

  /** To be called for a part that this thread searches from now on. */
  take(one: Case<O>): void {
    if (one.holder !== undefined && one.holder !== HERE)
      this.places[one.holder]!.forget.push(one.number)
    one.holder = HERE
  }

  close(): void {
    this.helpers?.close()
    this.helpers = undefined
  }

  private ask(steps: number): void {
    const { left } = this.turns
    this.helpers = left === 0 ? undefined : this.limits.helpers?.(steps, left)
    this.places = Array.from({ length: this.helpers?.size ?? 0 }, () => ({
      doing: undefined,
      forget: [],
    }))
  }

  private give(helper: number): void {
    const { least } = this.helpers!
    // What is not decided in the first round is hard, however small it is.
    const one = this.turns.take(helper, ({ size, rounds }) => size >= least || rounds.length > 0)
    if (one === undefined) return
    const place = this.places[helper]!
    const isHeld = one.holder === helper
    if (one.holder === HERE) this.release(one)
    if (!isHeld) this.take(one)
    one.holder = helper
    const task: Task<O> = {
      ...{ part: one.number, round: one.rounds.length, forget: place.forget },
      ...(isHeld ? {} : { share: shareOf(this.turns.begin(one)) }),
    }
    place.doing = one
    place.forget = []
    this.helpers!.give(helper, task)
  }

  private hear(answered: Answered): void {
    const place = this.places[answered.helper]!
    if ('ended' in answered) {
      this.reason ??= answered.ended
      return
    }
    const { progress, reached } = answered.answer as Answer
    this.turns.note(place.doing!, progress, reached)
    place.doing = undefined
    if ('reason' in progress) this.reason ??= progress.reason
  }
}
