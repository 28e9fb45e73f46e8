/**
 * The Markdown page on a CI run: what came of it in one line, then the cases that need a person, worst first, and a
 * table of the rest. It becomes GitHub's job summary, which is thrown away whole when it is larger than 1 MiB. Every
 * foreign text is written in entities: a value of a tested system can be neither markup nor a mention of somebody.
 */
import { counted, line } from '../report/text.ts'
import { type CaseRecord, type CiRecord, worstFirst } from './record.ts'
import { againInWords, countsInWords, cutTo, leftOutInWords, shardInWords } from './words.ts'

/** Bytes. GitHub takes 1,048,576 from all that a step writes. */
export const SUMMARY_BYTES = 1_000_000

/** The page in at most so many bytes. */
export const summary = (record: CiRecord, bytes = SUMMARY_BYTES): string => {
  const head = [`## ${titleOf(record)}`, '', factsOf(record), ...problemsOf(record), ''].join('\n')
  const cases = worstFirst(record.cases)
  const bad = cases.filter(({ result }) => result !== 'passed' && result !== 'not-run')
  const passed = cases.filter(({ result }) => result === 'passed')
  const blocks = [
    ...bad.map((one, at) => blockOf(one, at < DETAILED)),
    ...leftOutInWords(cases).map(
      (text) => `\n### ${words['not-run']}\n\n${safe(text, LEFT_OUT)}\n`,
    ),
    ...(passed.length === 0 ? [] : [TABLE]),
    ...passed.map(rowOf),
  ]
  return fitted(cutTo(head, bytes), blocks, bytes)
}

/** So many cases are told with all that was printed of them. */
const DETAILED = 20
const DETAIL_BYTES = 16_384
/** Characters for all that were not run. */
const LEFT_OUT = 3000

const fitted = (head: string, blocks: readonly string[], bytes: number): string => {
  const note = '\n\n*What is left does not fit here: see `ci.json`.*\n'
  let page = head
  let size = Buffer.byteLength(head)
  for (const block of blocks) {
    const more = Buffer.byteLength(block)
    if (size + more + Buffer.byteLength(note) > bytes) return cutTo(page + note, bytes)
    page += block
    size += more
  }
  return page
}

const titleOf = (record: CiRecord): string => {
  const shard = shardInWords(record)
  return `schism: ${countsInWords(record.cases)}${shard === '' ? '' : ` (${shard})`}`
}

const factsOf = ({ schism, tookMs, config, cases, budgetMs }: CiRecord): string => {
  const budget = budgetMs === undefined ? '' : ` of a budget of ${minutes(budgetMs)}`
  return `${counted(cases.length, 'case')} of ${code(config)} in ${minutes(tookMs)}${budget}, schism ${schism.replaceAll(/[^\w.-]/g, '')}`
}

const minutes = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${(ms / 60_000).toFixed(1)} min`

const problemsOf = ({ problems }: CiRecord): readonly string[] =>
  problems.flatMap((problem) => ['', `**${safe(problem)}**`])

const words: Readonly<Record<CaseRecord['result'], string>> = {
  violation: '❌ violation',
  error: '⚠️ error',
  unknown: '❔ unknown',
  'not-run': '⏭️ not run',
  passed: '✅ passed',
}

/** A case that needs a person. */
const blockOf = (one: CaseRecord, isDetailed: boolean): string => {
  const { result, name, says, expected, command, run, retried, detail } = one
  const again = againInWords(one)
  const rows = [
    `\n### ${words[result]}: ${safe(name)}\n`,
    `${safe(says)}\n`,
    ...(expected === undefined ? [] : [`${safe(expected)}\n`]),
    ...(again === '' ? [] : [`${safe(again)}\n`]),
    ...retried.slice(0, 5).map((why) => `- tried again: ${safe(why)}`),
    `${block(line(command, 4000))}\n`,
    ...(run === undefined ? [] : [`Run: ${code(run)}\n`]),
  ]
  if (isDetailed && detail !== undefined && detail !== '')
    rows.push(
      `<details><summary>Report</summary>\n\n${block(cutTo(detail, DETAIL_BYTES))}\n</details>\n`,
    )
  return `${rows.join('\n')}\n`
}

const TABLE = '\n| passed | seed | took | what was found |\n| --- | --- | --- | --- |\n'

const rowOf = ({ name, seed, tookMs, says, expected }: CaseRecord): string =>
  `| ${safe(name)} | ${seed} | ${minutes(tookMs)} | ${safe(expected ?? says)} |\n`

/** Foreign text as text: every character that Markdown or HTML could read otherwise is an entity. */
const safe = (text: string, max?: number): string =>
  line(text, max).replaceAll(SPECIAL, (character) => `&#${character.codePointAt(0)};`)

/** Marks, and what is one only at the beginning, in `www.` or before a word (`:smile:`). */
const SPECIAL = /[&<>"`*_{}[\]#+!|~@/\\$^=]|:(?=\S)|^-|(?<=www)\.|(?<=^\d+)[.)]/gi

const code = (text: string): string => `<code>${safe(text)}</code>`

/** Several lines as they are, fenced by more backticks than any of them has. */
const block = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}
