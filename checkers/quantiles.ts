/** Quantiles of measured numbers by nearest rank: each is a value that was really measured. */
import type { Stats } from './checker.ts'

/** `NAME.p50`, `NAME.p99` and `NAME.max`, rounded to a thousandth; nothing for no values. */
export const quantiles = (name: string, values: readonly number[]): Stats => {
  if (values.length === 0) return {}
  const sorted = Float64Array.from(values).sort()
  const at = (q: number): number => round(quantileOf(sorted, q))
  return { [`${name}.p50`]: at(0.5), [`${name}.p99`]: at(0.99), [`${name}.max`]: at(1) }
}

/** The value of which a share of `q` (0 to 1) is not larger. @param sorted at least one */
export const quantileOf = (sorted: Float64Array, q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!

/** To a thousandth. */
export const round = (value: number): number => Math.round(value * 1000) / 1000
