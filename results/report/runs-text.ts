/** The table of runs on the console: a run a line, its id whole so that it can be copied. */
import chalk from 'chalk'
import type { RunRow } from '../archive/row.ts'
import { textTable } from './table.ts'
import { count, duration, line } from './text.ts'

/** Lines of a table, the newest run first. The width is in columns. */
export const runsText = (rows: readonly RunRow[], width: number): readonly string[] => {
  const [head, ...lines] = textTable(heads, rows.map(cells), { width, whole: 2 })
  return [head!, ...lines.map((text, at) => coloured(text, rows[at]!))]
}

const heads = ['run', 'verdict', 'faults', 'ok', 'p99', 'found']

const cells = ({ id, outcome, faults, counts, says }: RunRow): readonly string[] => [
  line(id, 128),
  words[outcome],
  line(faults.join(', '), 200),
  counts === undefined ? '' : count(counts.ok),
  counts?.p99Ms === undefined ? '' : duration(counts.p99Ms),
  line(says, 200),
]

/** As the console report says it. */
const words: Readonly<Record<RunRow['outcome'], string>> = {
  valid: 'valid',
  violation: 'VIOLATION',
  unknown: 'unknown',
  environment: 'harness failure',
  interrupted: 'interrupted',
  malformed: 'malformed',
  unfinished: 'unfinished',
  damaged: 'damaged',
}

const coloured = (text: string, { id, outcome }: RunRow): string => {
  const word = words[outcome]
  const at = text.indexOf(word, id.length)
  return text.slice(0, at) + tones[outcome](word) + text.slice(at + word.length)
}

const tones: Readonly<Record<RunRow['outcome'], (text: string) => string>> = {
  valid: (text) => chalk.green(text),
  violation: (text) => chalk.bold.red(text),
  unknown: (text) => chalk.yellow(text),
  environment: (text) => chalk.magenta(text),
  interrupted: (text) => chalk.yellow(text),
  malformed: (text) => chalk.magenta(text),
  unfinished: (text) => chalk.cyan(text),
  damaged: (text) => chalk.magenta(text),
}
