/** Judges the parts that are left to the search, here and with the help of other threads. */
import type { Limits } from '../checker.ts'
import type { Model } from '../model.ts'
import { Crew, HERE } from './crew.ts'
import { openEntries } from './plan.ts'
import { type Problem, problemOf, searchOf } from './problem.ts'
import { Rounds } from './rounds.ts'
import { type Case, type Reached, Turns, type Undecided } from './turns.ts'

/** What the search came to; linearizable with neither. */
export interface Judged<S, O> {
  readonly configurations: number
  readonly violation?: { readonly problem: Problem<S, O>; readonly reached: Reached }
  /** Why it had to end, and how far it came; `keys` is how many parts there are with those decided before. */
  readonly unknown?: (keys: number) => string
}

/** A part whose search is in the memory of this thread. */
interface Running<S, O> {
  readonly problem: Problem<S, O>
  readonly rounds: Rounds
}

export class Judgment<S, O> {
  private readonly turns: Turns<O>
  private readonly crew: Crew<O>
  private readonly running = new Map<Case<O>, Running<S, O>>()
  /** Operations laid out and configurations visited here. */
  private steps = 0

  /** @param bytes what is held in memory: at first the history, then also searches that wait */
  constructor(
    parts: readonly Undecided<O>[],
    private readonly model: Model<S, O>,
    private readonly limits: Limits,
    private bytes: number,
  ) {
    this.turns = new Turns(parts)
    this.crew = new Crew(this.turns, limits, (one) => this.release(one))
  }

  judge(): Judged<S, O> {
    let reason: string | undefined
    try {
      reason = this.searchAll()
    } finally {
      // They must not compete with the search for a proof.
      this.crew.close()
    }
    const { first } = this.turns
    const configurations = this.turns.configurations()
    if (first !== undefined) {
      const { one } = first
      const problem = this.running.get(one)?.problem ?? problemOf(one.begin(), this.model)
      return { configurations, violation: { problem, reached: first } }
    }
    if (reason === undefined) return { configurations }
    return { configurations, unknown: (keys) => `${reason}: ${this.undecided(keys)}` }
  }

  /** Until there is nothing left to do; why it had to end before. */
  private searchAll(): string | undefined {
    const { turns, crew } = this
    for (;;) {
      crew.serve(this.steps)
      const one = turns.take(HERE, () => true)
      if (one === undefined) {
        if (turns.over) return undefined
        crew.wait()
      }
      const reason = one === undefined ? this.exceeded(0) : this.search(one)
      if (reason !== undefined) return reason
    }
  }

  /** Takes a part through its round; why nothing can go on, if it cannot. */
  private search(one: Case<O>): string | undefined {
    this.crew.take(one)
    const running = this.running.get(one) ?? this.begin(one)
    if (typeof running === 'string') return running
    const { search } = running.rounds
    this.release(one)
    const before = search.configurations
    const progress = running.rounds.through(one.rounds.length, (bytes) => {
      this.crew.serve(this.steps + search.configurations - before)
      return this.exceeded(bytes) ?? (this.turns.matters(one) ? undefined : FOUND)
    })
    this.steps += search.configurations - before
    const { configurations, deepest } = search
    this.turns.note(one, progress, { configurations, deepest })
    if ('reason' in progress) return progress.reason === FOUND ? undefined : progress.reason
    if (progress.outcome !== 'linearizable') this.keep(one, running)
    return undefined
  }

  private begin(one: Case<O>): Running<S, O> | string {
    const begun = this.turns.begin(one)
    // The layout is by far the largest table before the search begins.
    const reason = this.exceeded(openEntries(begun.part) * 8)
    if (reason !== undefined) return reason
    this.steps += one.size
    const problem = problemOf(begun, this.model)
    const running = { problem, rounds: new Rounds(searchOf(problem)) }
    this.keep(one, running)
    return running
  }

  private keep(one: Case<O>, running: Running<S, O>): void {
    this.running.set(one, running)
    this.bytes += running.rounds.search.bytes
  }

  private release(one: Case<O>): void {
    this.bytes -= this.running.get(one)?.rounds.search.bytes ?? 0
    this.running.delete(one)
  }

  private exceeded(bytes: number): string | undefined {
    return this.limits.exceeded(this.bytes + bytes) ?? this.crew.reason
  }

  private undecided(keys: number): string {
    const left = this.turns.cases.filter(({ decided }) => !decided)
    let hardest: Case<O> | undefined
    for (const one of left)
      if (one.reached.configurations > (hardest?.reached.configurations ?? 0)) hardest = one
    const of = `${left.length} of ${keys} keys undecided`
    if (hardest?.name === undefined) return of
    const { key, completions } = hardest.name
    const where = key === undefined ? 'the object' : `key ${key}`
    return `${of}; hardest: ${where}, ${hardest.reached.deepest} of ${completions} completions put in order`
  }
}

/** Why to leave a part: there is a violation that would have been found before it. */
const FOUND = 'found elsewhere'
