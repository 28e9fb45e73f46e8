/** How benchmarks print: medians, in columns. */

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Rows under their headings, right-aligned; whole numbers from 100 on, else three digits. */
export const table = (
  headings: readonly string[],
  rows: readonly (readonly (number | string)[])[],
): string => {
  const cells = [headings, ...rows.map((row) => row.map(cell))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells
    .map((row) => row.map((text, column) => text.padStart(widths[column]!)).join('   '))
    .join('\n')
}

const cell = (value: number | string): string =>
  typeof value === 'string'
    ? value
    : Math.abs(value) >= 100 || Number.isInteger(value)
      ? value.toFixed(0)
      : value.toPrecision(3)
