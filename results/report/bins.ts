/** Stretches of time of equal length that people can read off an axis. */

/** The shortest of 1, 2 or 5 × 10ⁿ s, 1 ms at least, that divides a length into so many bins at most. */
export const binStepS = (lengthS: number, most: number): number => {
  const least = lengthS / most
  const power = 10 ** Math.max(-3, Math.floor(Math.log10(least)))
  const step = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10
  return Number((step * power).toPrecision(12))
}
