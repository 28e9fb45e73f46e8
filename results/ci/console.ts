/** What a person reads at the end of a CI run: the cases that need one, worst first, and the counts last. */
import chalk from 'chalk'
import { line } from '../report/text.ts'
import { type CaseRecord, type CiRecord, worstFirst } from './record.ts'
import { againInWords, countsInWords, leftOutInWords, shardInWords } from './words.ts'

/** So many cases are told with all that is known of them. */
const DETAILED = 5
/** So many more have a line each. */
const LINES = 100
/** Characters for all that were not run. */
const LEFT_OUT = 3000

/** The text, without a newline at its end. Colours follow chalk's level. */
export const ciReport = (record: CiRecord): string => {
  const bad = worstFirst(record.cases).filter(({ result }) => result !== 'passed')
  const detailed = bad.filter(({ detail }) => detail !== undefined).slice(0, DETAILED)
  const rest = bad.filter((one) => !detailed.includes(one) && one.result !== 'not-run')
  const left = rest.length - LINES
  const shard = shardInWords(record)
  return [
    ...detailed.map(detailOf),
    ...(rest.length === 0 ? [] : [rest.slice(0, LINES).map(lineOf).join('\n')]),
    ...(left > 0 ? [`and ${left} more`] : []),
    ...leftOutInWords(record.cases).map((text) => chalk.yellow(line(text, LEFT_OUT))),
    ...record.problems.map((problem) => chalk.red(line(problem))),
    `${shard === '' ? '' : `${shard}: `}${countsInWords(record.cases)} in ${Math.round(record.tookMs / 1000)} s`,
  ].join('\n\n')
}

const detailOf = (one: CaseRecord): string =>
  [chalk.bold(`== ${line(one.name)}`), one.detail ?? '', againInWords(one)]
    .filter((part) => part !== '')
    .join('\n')

const colours: Readonly<Record<CaseRecord['result'], (text: string) => string>> = {
  violation: chalk.red,
  error: chalk.magenta,
  unknown: chalk.yellow,
  'not-run': chalk.yellow,
  passed: chalk.green,
}

/** A case on one line. */
export const lineOf = ({ result, name, says, expected }: CaseRecord): string =>
  `${colours[result](result.padEnd(9))}  ${line(name, 120)}: ${line(expected ?? says, 300)}`
