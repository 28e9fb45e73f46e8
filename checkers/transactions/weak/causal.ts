/**
 * Causal consistency of transactions (Cerone, Bernardi & Gotsman, CONCUR 2015, with sessions; Biswas & Enea, OOPSLA 2019): what a
 * transaction saw, and what its session did before, whoever sees it sees as well. So when it reads a key from t1, every t2 in
 * its causal past that wrote the key came before t1. Of each session only the last such t2 is needed. The
 * algorithm is AWDIT's (Møldrup & Pavlogiannis, PLDI 2025), with two changes that save it most of its time and memory: a pair that
 * t1's own past implies is not kept (nine of ten and more), and the initial state is a transaction before all others.
 */
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { Clocks } from './clocks.ts'
import { type Dependencies, INITIAL } from './dependencies.ts'
import { Implied } from './implied.ts'
import { LastWrites } from './last-writes.ts'

/**
 * Undefined when sessions and reads alone make a cycle. O(n · sessions) at worst.
 * @throws OutOfLimits
 */
export const causalOrder = (dependencies: Dependencies, meter: Meter): Implied | undefined => {
  const past = new Past(dependencies, meter)
  const { size } = dependencies.transactions
  for (let one = 0; one < size; one++)
    if (dependencies.happened[one] === 1 && !past.reach(one)) return undefined
  return past.implied
}

const OPEN = 1
const DONE = 2

/** Takes in one transaction after another, each behind all that it follows. */
class Past {
  readonly implied = new Implied()
  private readonly state: Uint8Array
  /** From where the search began to where it is, and how many of each one's reads it has gone through. */
  private readonly path: number[] = []
  private readonly passed: number[] = []
  private readonly clocks: Clocks
  private readonly writes: LastWrites
  /** How many reads from each transaction, and steps in its session, are still to come. */
  private readonly waiting: Int32Array

  constructor(
    private readonly dependencies: Dependencies,
    private readonly meter: Meter,
  ) {
    const { transactions, sessions, previous, source } = dependencies
    this.state = new Uint8Array(transactions.size)
    this.clocks = new Clocks(transactions.size, sessions, meter)
    this.writes = new LastWrites(dependencies)
    this.waiting = new Int32Array(transactions.size)
    for (let read = 0; read < source.length; read++)
      if (source[read] !== INITIAL) this.waiting[source[read]!]!++
    for (let one = 0; one < previous.length; one++)
      if (previous[one] !== NONE) this.waiting[previous[one]!]!++
    meter.hold(transactions.size * 5 + this.writes.bytes)
  }

  /** Takes in a transaction and, before it, all that it follows. @returns whether there is no cycle on the way */
  reach(root: number): boolean {
    const { path, state } = this
    if (state[root] !== DONE) this.enter(root)
    while (path.length > 0) {
      const one = path.at(-1)!
      const before = this.missing(one)
      if (before === NONE) {
        this.take(one)
        state[one] = DONE
        path.pop()
        this.passed.pop()
      } else if (state[before] === OPEN) return false
      else this.enter(before)
    }
    return true
  }

  private enter(one: number): void {
    this.state[one] = OPEN
    this.path.push(one)
    this.passed.push(0)
  }

  /** A transaction that this one follows and that was not taken in yet. */
  private missing(one: number): number {
    const { previous, firstRead, source } = this.dependencies
    const before = previous[one]!
    if (before !== NONE && this.state[before] !== DONE) return before
    const depth = this.passed.length - 1
    const end = firstRead[one + 1]!
    for (let read = firstRead[one]! + this.passed[depth]!; read < end; read++) {
      const from = source[read]!
      if (from !== INITIAL && this.state[from] !== DONE) return from
      this.passed[depth]!++
    }
    return NONE
  }

  private take(one: number): void {
    const { firstRead, source } = this.dependencies
    this.meter.step()
    this.seeSession(one)
    const from = firstRead[one]!
    const end = firstRead[one + 1]!
    for (let read = from; read < end; read++)
      if (source[read] !== INITIAL) this.see(source[read]!, one)
    for (let read = from; read < end; read++) this.order(read, one)
    for (let read = from; read < end; read++)
      if (source[read] !== INITIAL) this.leave(source[read]!)
    this.writes.add(one)
    if (this.waiting[one] === 0) this.clocks.release(one)
  }

  private seeSession(one: number): void {
    const { previous, session, place } = this.dependencies
    const before = previous[one]!
    if (before === NONE) {
      this.clocks.create(one)
      return
    }
    if (this.waiting[before] === 1) this.clocks.hand(before, one)
    else this.clocks.copy(before, one)
    this.waiting[before]!--
    this.clocks.items[this.clocks.at(one) + session[one]!] = place[before]!
  }

  /** Whoever reads from a transaction sees all that it saw. */
  private see(from: number, one: number): void {
    const { clocks } = this
    const { session, place } = this.dependencies
    const { items, sessions } = clocks
    const to = clocks.at(one)
    const own = to + session[from]!
    if (items[own]! >= place[from]!) return
    const at = clocks.at(from)
    for (let other = 0; other < sessions; other++)
      if (items[at + other]! > items[to + other]!) items[to + other] = items[at + other]!
    items[own] = place[from]!
  }

  private leave(from: number): void {
    if (--this.waiting[from]! === 0) this.clocks.release(from)
  }

  /** Of each session, the last write to the key that was seen came before the version that was read. */
  private order(read: number, one: number): void {
    const { transactions, session, place, source } = this.dependencies
    const { start, used, session: sessionOf, last, lastPlace, older, place: placeOf } = this.writes
    const { items } = this.clocks
    const key = transactions.key[this.dependencies.read[read]!]!
    const to = source[read]!
    const seen = this.clocks.at(one)
    const known = to === INITIAL ? NONE : this.clocks.at(to)
    const toSession = to === INITIAL ? NONE : session[to]!
    const toPlace = to === INITIAL ? NONE : place[to]!
    const end = start[key]! + used[key]!
    for (let slot = start[key]!; slot < end; slot++) {
      const other = sessionOf[slot]!
      let covered = NONE
      if (to !== INITIAL) covered = toSession === other ? toPlace : items[known + other]!
      // Nearly always: the version that was read has seen all that the session wrote.
      if (lastPlace[slot]! <= covered) continue
      const until = items[seen + other]!
      let write = last[slot]!
      while (write !== NONE && placeOf[write]! > until) write = older[write]!
      if (write !== NONE && placeOf[write]! > covered)
        this.implied.add(this.writes.of(write), to, read)
    }
  }
}
