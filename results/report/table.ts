/** Aligned columns of text, for terminals. */
import chalk from 'chalk'
import { columns } from './text.ts'

/**
 * Rows under their heads, indented by two and at most `width` columns wide: columns in which nothing stands are
 * left out, and the widest one is cut until a row fits, but none of the first `whole`.
 */
export const textTable = (
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { width, whole = 0 }: { readonly width: number; readonly whole?: number },
): string[] => {
  const used = heads.flatMap((_, at) => (rows.some((row) => row[at] !== '') ? [at] : []))
  const widths = used.map((at) =>
    Math.max(columns(heads[at]!), ...rows.map((row) => columns(row[at]!))),
  )
  const spare = () => width - 2 - widths.reduce((sum, one) => sum + one + 2, 0)
  while (spare() < 0) {
    const cuttable = widths.map((one, place) => (used[place]! < whole ? 0 : one))
    const widest = cuttable.indexOf(Math.max(...cuttable))
    if (cuttable[widest]! <= LEAST) break
    widths[widest] = widths[widest]! - Math.min(-spare(), Math.max(1, widths[widest]! >> 3))
  }
  const row = (cells: readonly string[]) =>
    `  ${used.map((at, column) => padded(cells[at]!, widths[column]!)).join('  ')}`.trimEnd()
  return [chalk.dim(row(heads)), ...rows.map(row)]
}

/** No column is cut to less. */
const LEAST = 6

const padded = (text: string, width: number): string => {
  if (columns(text) <= width) return text + ' '.repeat(width - columns(text))
  let part = ''
  for (const character of text) {
    if (columns(part + character) > width - 1) break
    part += character
  }
  return padded(`${part}…`, width)
}
