/**
 * Read atomic (Bailis et al., SIGMOD 2014; Cerone, Bernardi & Gotsman, CONCUR 2015): a transaction sees all of another one or
 * nothing. So when it reads a key from t1, every t2 that wrote the key and that it read from anywhere, or that stands
 * before it in its session where sessions count, came before t1. The algorithm is AWDIT's (Møldrup & Pavlogiannis, PLDI 2025).
 */
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { type Dependencies, eachReader, INITIAL, writesTo } from './dependencies.ts'
import { Implied } from './implied.ts'

/**
 * O(n^1.5), and linear where no transaction is long.
 * @param sessions whether a transaction has seen those before it in its session
 * @throws OutOfLimits
 */
export const atomicOrder = (
  dependencies: Dependencies,
  sessions: boolean,
  meter: Meter,
): Implied => {
  const view = new View(dependencies)
  if (sessions) view.ownSessions(meter)
  eachReader(dependencies, meter, (one, from, end) => view.reader(one, from, end))
  return view.implied
}

class View {
  readonly implied = new Implied()
  /** The last read of each key that was met. */
  private readonly readOf: Int32Array
  /** The last reader that was looked at beside each transaction. */
  private readonly readBy: Int32Array

  constructor(private readonly dependencies: Dependencies) {
    const { size, keys } = dependencies.transactions
    this.readOf = new Int32Array(keys).fill(NONE)
    this.readBy = new Int32Array(size).fill(NONE)
  }

  /** What one transaction read from others: everything, or a later version. */
  reader(one: number, from: number, end: number): void {
    const { transactions, read, source } = this.dependencies
    for (let at = from; at < end; at++) {
      const key = transactions.key[read[at]!]!
      const before = this.readOf[key]!
      if (before >= from && source[before] !== source[at]) this.contradict(before, at)
      this.readOf[key] = at
    }
    for (let at = from; at < end; at++) {
      const seen = source[at]!
      if (seen === INITIAL || this.readBy[seen] === one) continue
      this.readBy[seen] = one
      this.follow(seen, from, end)
    }
  }

  /** Two versions of one key were read: each came before the other one. */
  private contradict(one: number, other: number): void {
    const { source } = this.dependencies
    if (source[one] !== INITIAL) this.order(source[one]!, other)
    if (source[other] !== INITIAL) this.order(source[other]!, one)
  }

  private follow(seen: number, from: number, end: number): void {
    const { transactions, firstWrite, write, read } = this.dependencies
    const low = firstWrite[seen]!
    const high = firstWrite[seen + 1]!
    if (high - low <= end - from) {
      for (let at = low; at < high; at++) {
        const other = this.readOf[transactions.key[write[at]!]!]!
        if (other >= from && other < end) this.order(seen, other)
      }
      return
    }
    for (let at = from; at < end; at++)
      if (writesTo(this.dependencies, seen, transactions.key[read[at]!]!)) this.order(seen, at)
  }

  private order(seen: number, read: number): void {
    const to = this.dependencies.source[read]!
    if (to !== seen) this.implied.add(seen, to, read)
  }

  /** What the transactions of each session wrote before: read again, or a later version. */
  ownSessions(meter: Meter): void {
    const { transactions, session, place, firstRead, read, source, firstWrite, write } =
      this.dependencies
    const last = new Int32Array(transactions.keys).fill(NONE)
    for (const one of bySession(this.dependencies)) {
      meter.step()
      for (let at = firstRead[one]!; at < firstRead[one + 1]!; at++) {
        const seen = last[transactions.key[read[at]!]!]!
        if (seen === NONE || session[seen] !== session[one]) continue
        const to = source[at]!
        // Behind it in the same session: that is known anyway.
        const known = to >= 0 && session[to] === session[seen] && place[to]! >= place[seen]!
        if (!known) this.implied.add(seen, to, at)
      }
      for (let at = firstWrite[one]!; at < firstWrite[one + 1]!; at++)
        last[transactions.key[write[at]!]!] = one
    }
  }
}

/** The transactions that happened, session after session, each in its order. */
const bySession = ({ transactions, happened, sessions, session }: Dependencies): Int32Array => {
  const start = new Int32Array(sessions + 1)
  let count = 0
  for (let one = 0; one < transactions.size; one++) {
    if (happened[one] === 0) continue
    start[session[one]! + 1]!++
    count++
  }
  for (let own = 0; own < sessions; own++) start[own + 1]! += start[own]!
  const all = new Int32Array(count)
  for (let one = 0; one < transactions.size; one++)
    if (happened[one] === 1) all[start[session[one]!]!++] = one
  return all
}
