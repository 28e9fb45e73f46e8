/**
 * What checkers that go through a history once or twice have in common: they stop when the limits say
 * so, refuse a history that is not theirs, and put what they found into one verdict.
 */
import type { Anomaly, Checker, Limits, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { NotInModel, type Primitive, show } from './model.ts'

/** The limits ended the check; the message is their reason. */
class LimitReached extends Error {
  override readonly name = 'LimitReached'
}

/** Steps between two looks at the limits: well under 10 ms of the work that a step is. */
const STEPS = 1 << 14

/** Asks the limits now and then whether to go on. */
export class Meter {
  /** What the checker's own tables hold. */
  bytes = 0
  private steps = 0

  constructor(private readonly limits: Limits) {}

  /** To be called in every step. Ends the check when the limits are exceeded. */
  step(): void {
    if (++this.steps % STEPS === 0) this.poll()
  }

  /** To be called between phases, and where a step is long. */
  poll(): void {
    const reason = this.limits.exceeded(this.bytes)
    if (reason !== undefined) throw new LimitReached(reason)
  }
}

/**
 * A checker from its judgment: `unknown` with the reason when the limits end it, and when an operation
 * is not one of those it judges (`NotInModel`).
 */
export const guarded =
  (name: string, judge: (history: History, meter: Meter) => Verdict): Checker =>
  (history, limits) => {
    try {
      const meter = new Meter(limits)
      meter.poll()
      return judge(history, meter)
    } catch (error) {
      if (error instanceof LimitReached) return { valid: 'unknown', reason: error.message }
      if (error instanceof NotInModel)
        return { valid: 'unknown', reason: `${name} cannot read this history: ${error.message}` }
      throw error
    }
  }

/** Violated by any anomaly; else unknown for the first reason given; else valid. */
export const verdictOf = (
  anomalies: readonly (Anomaly | undefined)[],
  reasons: readonly (string | undefined)[],
  stats: Stats,
): Verdict => {
  const [first, ...rest] = anomalies.filter((anomaly) => anomaly !== undefined)
  if (first !== undefined) return { valid: false, anomalies: [first, ...rest], stats }
  const reason = reasons.filter((one) => one !== undefined).join('; ')
  return reason === '' ? { valid: true, stats } : { valid: 'unknown', reason, stats }
}

/** An operation whose `f` the checker does not know. */
export const strange = (history: History, position: number, expected: string): NotInModel => {
  const { index, f } = history.columns
  const name = JSON.stringify(history.fs[f[position]!])
  return new NotInModel(`operation ${index[position]}: f ${name}: expected ${expected}`)
}

/** `3 elements`, `1 element`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`

/** The first and the last few of many things. */
export const few = (names: readonly string[]): string =>
  names.length <= 8
    ? names.join(', ')
    : `${names.slice(0, 5).join(', ')}, … ${names.slice(-2).join(', ')}`

/** The first thousand values as an anomaly's `elements`: numbers and texts as they are, others as JSON. */
export const elementsOf = (values: readonly Primitive[]): readonly (string | number)[] =>
  values
    .slice(0, 1000)
    .map((value) =>
      typeof value === 'number' || (typeof value === 'string' && !value.startsWith('\u0000'))
        ? value
        : show(value),
    )
