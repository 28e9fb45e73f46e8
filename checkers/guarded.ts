/**
 * What checkers that go through a history once or twice have in common: they stop when the limits say
 * so, refuse a history that is not theirs, and put what they found into one verdict.
 */
import type { Anomaly, Checker, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { concluded, Meter } from './limits.ts'
import { NotInModel, type Primitive, show } from './model.ts'

/**
 * A checker from its judgment: `unknown` with the reason when the limits end it, and when an operation
 * is not one of those it judges (`NotInModel`).
 */
export const guarded =
  (name: string, judge: (history: History, meter: Meter) => Verdict): Checker =>
  (history, limits) =>
    concluded(name, () => {
      const meter = new Meter(limits)
      meter.poll()
      return judge(history, meter)
    })

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
