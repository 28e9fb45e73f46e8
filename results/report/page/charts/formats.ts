/** How values read on the axes of charts. */

/** `0.5 ms`, `20 ms`, `3 s`. */
export const msText = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toPrecision(2))} s` : `${Number(ms.toPrecision(2))} ms`

/** `+1.5 s`, `−2 h`. */
export const aheadText = (ms: number): string => {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
  ] as const
  if (ms === 0) return '0'
  const [size, unit] = units.find(([least]) => Math.abs(ms) >= least) ?? units[4]
  return `${ms < 0 ? '−' : '+'}${Number(Math.abs(ms / size).toPrecision(2))} ${unit}`
}

/** `4,021`. */
export const countText = (n: number): string => n.toLocaleString('en-US')
