/**
 * Puts a proof into words that a person can verify against the operations. Some proofs have a name of
 * their own, decided here on the proof alone: it holds every operation that could have written what
 * its reads saw (see shrink.ts, refuter.ts), so "no other write of 7" is a fact. Of values for which it
 * does not, nothing is claimed.
 *
 * A read of v is stale when the value had certainly moved on before it began: an operation x was over
 * that left or saw another value, at a moment after every write of v. That is so
 * - when x began after all writes of v were over, or
 * - when x left its value (or saw one that was left) certainly later than each write of v. An operation
 *   is certainly later than a write of v that was over when it began; than the only write of v, if it
 *   is a compare-and-set from v, or from a value certainly later than v; and than a compare-and-set
 *   from u to v, if it is certainly later than all writes of u: before it, it would have taken u away.
 */
import type { History } from '../history.ts'
import { type Model, type Primitive, show } from '../model.ts'
import { NEVER, type Part } from './part.ts'

export interface Explanation {
  readonly type: 'stale-read' | 'nonlinearizable'
  readonly summary: string
}

/**
 * Names and tells a proof, which is a part of its own.
 * @param elsewhere values that operations outside the proof may have written
 */
export const explain = <S, O>(
  history: History,
  proof: Part<O>,
  model: Model<S, O>,
  elsewhere: ReadonlySet<Primitive> = new Set(),
): Explanation => {
  const teller = new Teller(history, proof, model)
  const place = proof.key === undefined ? '' : `key ${proof.key}: `
  const named = new Reads(proof, model, elsewhere).find(teller)
  return named === undefined
    ? { type: 'nonlinearizable', summary: place + teller.tellAll() }
    : { ...named, summary: place + named.summary }
}

/** Finds a read that is stale or saw what nobody wrote. */
class Reads<S, O> {
  private readonly seen: readonly (Primitive | undefined)[]
  private readonly left: readonly (Primitive | undefined)[]
  private readonly initial: Primitive

  constructor(
    private readonly proof: Part<O>,
    private readonly model: Model<S, O>,
    private readonly elsewhere: ReadonlySet<Primitive>,
  ) {
    this.seen = proof.ops.map((op) => model.observed?.(op)?.value)
    this.left = proof.ops.map((op) => model.installed?.(op)?.value)
    this.initial = model.stateKey(model.init)
  }

  find(teller: Teller<S, O>): Explanation | undefined {
    for (let read = this.proof.ops.length - 1; read >= 0; read--) {
      const value = this.seen[read]
      if (value === undefined || this.proof.end[read] === NEVER) continue
      if (this.elsewhere.has(value)) continue
      const type = this.model.pure(this.proof.ops[read]!) ? 'stale-read' : 'nonlinearizable'
      const writers = this.writers(value)
      if (writers.length === 0 && value !== this.initial)
        return { type: 'nonlinearizable', summary: teller.unwritten(read, value) }
      for (let x = this.proof.ops.length - 1; x >= 0; x--)
        if (this.movedOn(x, value, this.proof.start[read]!))
          return { type, summary: teller.stale(read, x, value, writers) }
    }
    return undefined
  }

  private writers(value: Primitive): number[] {
    return this.left.flatMap((left, op) => (left === value ? [op] : []))
  }

  /** Whether `x` shows that the value was no longer `value` and never again would be by `start`. */
  private movedOn(x: number, value: Primitive, start: number): boolean {
    if (this.proof.end[x]! >= start) return false
    const left = this.left[x]
    const shown = left ?? this.seen[x]
    if (shown === undefined || shown === value) return false
    if (this.writers(value).every((writer) => this.isBefore(writer, x))) return true
    const asked = new Set<string>()
    return left === undefined ? this.cameAfter(shown, value, asked) : this.later(x, value, asked)
  }

  /** Whether `after` was certainly written later than every write of `value`, whoever wrote it. */
  private cameAfter(after: Primitive, value: Primitive, asked: Set<string>): boolean {
    const sources = this.writers(after)
    return (
      after !== this.initial &&
      !this.elsewhere.has(after) &&
      sources.length > 0 &&
      sources.every((source) => this.later(source, value, asked))
    )
  }

  /** Whether an operation took effect later than every write of `value`, in every possible order. */
  private later(op: number, value: Primitive, asked: Set<string>): boolean {
    const question = `${op} ${typeof value} ${value}`
    const writers = this.writers(value)
    if (asked.has(question) || writers.includes(op) || this.elsewhere.has(value)) return false
    asked.add(question)
    const laterThan = (writer: number): boolean => {
      if (this.isBefore(writer, op)) return true
      const from = this.seen[writer]
      return from !== undefined && from !== value && this.later(op, from, asked)
    }
    if (writers.every(laterThan)) return true
    const from = this.seen[op]
    if (from === undefined) return false
    if (from === value) return writers.length === 1 && value !== this.initial
    return this.cameAfter(from, value, asked)
  }

  private isBefore(one: number, other: number): boolean {
    return this.proof.end[one]! < this.proof.start[other]!
  }
}

/** Tells operations with their processes and times. */
class Teller<S, O> {
  private readonly digits: number

  constructor(
    private readonly history: History,
    private readonly proof: Part<O>,
    private readonly model: Model<S, O>,
  ) {
    const { time } = history.columns
    const at = [...proof.start, ...proof.end].filter((position) => position !== NEVER)
    const distinct = [...new Set(at.map((position) => time[position]!))]
    const milliseconds = new Set(distinct.map((ns) => Math.round(ns / 1e6)))
    this.digits = milliseconds.size === distinct.length ? 3 : 6
  }

  unwritten(read: number, value: Primitive): string {
    return (
      `${this.does(read)}${this.during(read)}, ` +
      `although nothing had begun to write ${show(value)} by then`
    )
  }

  stale(read: number, x: number, value: Primitive, writers: readonly number[]): string {
    const lastWriter = writers.reduce<number | undefined>(
      (last, writer) =>
        last === undefined || this.proof.end[writer]! > this.proof.end[last]! ? writer : last,
      undefined,
    )
    const origin =
      lastWriter === undefined
        ? `${show(value)} is the value before the first write`
        : this.proof.end[lastWriter]! < this.proof.start[x]!
          ? `${show(value)} was last written before that, ` +
            `by process ${this.process(lastWriter)}, ${this.over(lastWriter)}`
          : `in every order that came after process ${this.process(lastWriter)} left ${show(value)}`
    return (
      `${this.does(read)}${this.during(read)}, although ${this.does(x)}, ` +
      `${this.over(x)}; ${origin}`
    )
  }

  tellAll(): string {
    const { length } = this.proof.ops
    const shown = Math.min(length, 8)
    const lines = Array.from({ length: shown }, (_, op) => this.does(op) + this.during(op))
    const more = length > shown ? `; and ${length - shown} more` : ''
    return length === 1
      ? `${lines[0]}, which is not possible in any order`
      : `no order of these ${length} operations explains them all: ${lines.join('; ')}${more}`
  }

  private does(op: number): string {
    return `process ${this.process(op)} ${this.model.words(this.proof.ops[op]!)}`
  }

  private during(op: number): string {
    const { history, digits } = this
    const from = history.moment(this.proof.start[op]!, digits)
    const end = this.proof.end[op]!
    return end === NEVER
      ? ` (from ${from}, outcome unknown)`
      : ` between ${from.replace(/ s$/, '')} and ${history.moment(end, digits)}`
  }

  /** How and when an operation was over. */
  private over(op: number): string {
    const how = this.model.pure(this.proof.ops[op]!) ? 'completed' : 'acknowledged'
    return `${how} at ${this.history.moment(this.proof.end[op]!, this.digits)}`
  }

  private process(op: number): number {
    return this.history.columns.process[this.proof.start[op]!]!
  }
}
