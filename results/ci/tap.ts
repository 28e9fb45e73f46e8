/** The cases as a TAP 14 stream, for runners that read nothing else. What has no verdict is a skip. */
import { stringify } from 'yaml'
import { line } from '../report/text.ts'
import type { CaseRecord, CiRecord } from './record.ts'
import { againInWords } from './words.ts'

/** The whole stream. */
export const tap = ({ cases, problems }: CiRecord): string => {
  const points = [...problems.map(problemOf), ...cases.map(pointOf)]
  const lines = points.flatMap(({ ok, name, skip, more }, at) => [
    `${ok ? 'ok' : 'not ok'} ${at + 1} - ${escaped(name)}${skip === undefined ? '' : ` # SKIP ${escaped(skip)}`}`,
    ...(more === undefined ? [] : blockOf(more)),
  ])
  return `${['TAP version 14', `1..${points.length}`, ...lines].join('\n')}\n`
}

interface Point {
  readonly ok: boolean
  readonly name: string
  readonly skip?: string
  readonly more?: object
}

const pointOf = (one: CaseRecord): Point => {
  const { name, result, says, command, seed, run } = one
  if (result === 'passed') return { ok: true, name }
  if (result === 'unknown' || result === 'not-run') return { ok: true, name, skip: says }
  const again = againInWords(one)
  const more = {
    message: line(says),
    severity: result === 'violation' ? 'fail' : 'error',
    seed,
    command: line(command, 2000),
    ...(run === undefined ? {} : { run: line(run) }),
    ...(again === '' ? {} : { again }),
  }
  return { ok: false, name, more }
}

const problemOf = (problem: string): Point => ({ ok: false, name: problem })

/** What stands behind a `#` would be read as a directive. */
const escaped = (text: string): string => line(text).replaceAll(/[\\#]/g, '\\$&')

/** A block of YAML, indented by two. */
const blockOf = (more: object): readonly string[] => [
  '  ---',
  ...stringify(more, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((row) => `  ${row}`),
  '  ...',
]
