/**
 * Workflow commands that GitHub shows beside a run: an error for each violation and each failure of the harness, a
 * warning for what has no verdict. GitHub drops all but the first ten of a kind without a word, so the tenth says
 * how many there are more; whatever else a title or a message could be read as is escaped.
 */
import { line } from '../report/text.ts'
import { type CaseRecord, type CiRecord, worstFirst } from './record.ts'
import { againInWords, leftOutInWords } from './words.ts'

/** Of one kind in one step; characters of a title and of a message. GitHub cuts messages at 4,096 bytes. */
export const annotationLimits = { each: 10, title: 200, message: 1000 }

/** One workflow command a line. */
export const annotations = (record: CiRecord): readonly string[] => {
  const cases = worstFirst(record.cases)
  const errors = [
    ...record.problems.map((problem) => ({ title: 'schism', message: problem })),
    ...cases.filter(({ result }) => result === 'violation' || result === 'error').map(noteOf),
  ]
  const warnings = [
    ...leftOutInWords(cases).map((message) => ({ title: 'not run', message })),
    ...cases.filter(({ result }) => result === 'unknown').map(noteOf),
  ]
  return [
    ...few(errors).map((note) => commandOf('error', note)),
    ...few(warnings).map((note) => commandOf('warning', note)),
  ]
}

interface Note {
  readonly title: string
  readonly message: string
}

const noteOf = (one: CaseRecord): Note => {
  const { name, result, says, expected = '', command } = one
  const parts = [says, expected, againInWords(one), command]
  return { title: `${result}: ${name}`, message: parts.filter((part) => part !== '').join('; ') }
}

const few = (notes: readonly Note[]): readonly Note[] => {
  const { each } = annotationLimits
  if (notes.length <= each) return notes
  const told = notes.slice(0, each - 1)
  const message = `${notes.length - told.length} more stand in the job summary and in ci.json`
  return [...told, { title: 'schism', message }]
}

const commandOf = (kind: 'error' | 'warning', { title, message }: Note): string =>
  `::${kind} title=${escapedProperty(line(title, annotationLimits.title))}::${escaped(line(message, annotationLimits.message))}`

const escaped = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapedProperty = (text: string): string =>
  escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
