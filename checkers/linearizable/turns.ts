/**
 * Which part is searched next, by whom, and what that comes to. One thread alone takes all parts through
 * one round (rounds.ts) after another and ends with the first violation. Several do the same at a time,
 * in any order; then the first violation is the one that one thread alone would have come to first, and
 * what is counted is what it would have done until then. So both say the same, to the last number.
 */
import type { Key } from '../history.ts'
import type { Classified } from './problem.ts'
import type { Progress } from './rounds.ts'

/** A part that is to be searched. */
export interface Undecided<O> {
  /** How many operations it has. */
  readonly size: number
  readonly begin: () => Classified<O>
}

/** One part under judgment. */
export interface Case<O> extends Undecided<O> {
  readonly number: number
  /** What to call it, once it has begun. */
  name: { readonly key: Key | undefined; readonly completions: number } | undefined
  /** Configurations at the end of each round that is done. */
  readonly rounds: number[]
  /** The thread whose memory holds its search; undefined before it began. */
  holder: number | undefined
  /** How far the search came, where it has begun: also before the end of a round. */
  reached: Reached
  decided: boolean
}

export interface Reached {
  readonly configurations: number
  /** The most returns that any order passed. */
  readonly deepest: number
}

/** The violation that one thread alone would find. */
interface First<O> extends Reached {
  readonly one: Case<O>
  readonly round: number
}

/** How many of those that wait are looked through for one that suits a thread. */
const SIGHT = 64

export class Turns<O> {
  first: First<O> | undefined
  readonly cases: readonly Case<O>[]
  /** From `head` on, in the order of their turns. */
  private readonly waiting: Case<O>[]
  private head = 0
  private readonly taken = new Set<Case<O>>()

  constructor(parts: readonly Undecided<O>[]) {
    this.cases = parts.map(({ size, begin }, number) => ({
      ...{ number, size, begin, rounds: [], name: undefined, holder: undefined, decided: false },
      reached: { configurations: 0, deepest: 0 },
    }))
    this.waiting = [...this.cases]
  }

  /** How many wait for their turn. */
  get left(): number {
    return this.waiting.length - this.head
  }

  /** Whether no part is left that matters: to be asked when there is none to take. */
  get over(): boolean {
    for (const one of this.taken) if (this.matters(one)) return false
    return true
  }

  /**
   * The next part for a thread. What another one holds would have to be searched again from the
   * beginning, so that comes last.
   */
  take(thread: number, suits: (one: Case<O>) => boolean): Case<O> | undefined {
    const { waiting } = this
    while (this.left > 0 && !this.matters(waiting[this.head]!)) this.head++
    const end = Math.min(waiting.length, this.head + SIGHT)
    let at = -1
    for (let i = this.head; i < end; i++) {
      const { holder } = waiting[i]!
      if (!suits(waiting[i]!)) continue
      const isFree = holder === undefined || holder === thread
      if (at < 0 || isFree) at = i
      if (isFree) break
    }
    if (at < 0) return undefined
    const one = waiting[at]!
    waiting.copyWithin(this.head + 1, this.head, at)
    this.head++
    this.taken.add(one)
    return one
  }

  /** Lays out a part for the search. O(operations of the part). */
  begin(one: Case<O>): Classified<O> {
    const begun = one.begin()
    one.name = { key: begun.part.key, completions: begun.part.returns.length }
    return begun
  }

  /** Notes what became of a part in its round. One that was stopped in it waits no more. */
  note(one: Case<O>, progress: Progress, reached: Reached): void {
    this.taken.delete(one)
    one.reached = reached
    if ('reason' in progress) return
    const round = one.rounds.push(reached.configurations) - 1
    one.decided = progress.outcome === 'linearizable'
    if (progress.outcome === 'undecided') this.enqueue(one)
    else if (progress.outcome === 'violation' && this.isBeforeFirst(round, one))
      this.first = { one, round, ...reached }
  }

  private enqueue(one: Case<O>): void {
    const { waiting } = this
    if (this.head * 2 > waiting.length) {
      waiting.splice(0, this.head)
      this.head = 0
    }
    waiting.push(one)
  }

  /** Whether one thread alone would search the part in the round that it is in. */
  matters(one: Case<O>): boolean {
    return this.isBeforeFirst(one.rounds.length, one)
  }

  private isBeforeFirst(round: number, { number }: Case<O>): boolean {
    const { first } = this
    return (
      first === undefined ||
      round < first.round ||
      (round === first.round && number < first.one.number)
    )
  }

  /** What one thread alone would have visited until the first violation; without one, what was. */
  configurations(): number {
    const { first, cases } = this
    let sum = 0
    for (const { number, rounds, reached } of cases) {
      if (first === undefined) sum += reached.configurations
      else {
        const until = first.round + (number <= first.one.number ? 1 : 0)
        sum += rounds[Math.min(rounds.length, until) - 1] ?? 0
      }
    }
    return sum
  }
}
