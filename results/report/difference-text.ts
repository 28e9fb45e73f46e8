/** What is different between two runs, on the console: verdicts first, then the plan, then the numbers side by side. */
import chalk from 'chalk'
import type { RunDifference } from '../archive/difference.ts'
import { textTable } from './table.ts'
import { count, counted, duration, line } from './text.ts'

/** Blocks of lines. The width is in columns. */
export const differenceText = (found: RunDifference, width: number): string =>
  [
    sides(found),
    section(
      'found',
      [
        ...found.anomalies.map(({ type, checker, counts }) => [
          `${line(type, 60)} (${line(checker, 60)})`,
          ...counts.map((n) => counted(n, 'anomaly', 'anomalies')),
        ]),
        ...found.checkers.map(({ checker, valid }) => [
          line(checker, 60),
          ...valid.map((said) => answers[said ?? ''] ?? said ?? ''),
        ]),
      ],
      width,
    ),
    section(
      'plan',
      found.plan.map(({ field, values }) => [
        line(field, 40),
        ...values.map((value) => line(value ?? '-', 400)),
      ]),
      width,
    ),
    section('operations', [...kinds(found), ...totals(found)], width),
    section(
      'faults',
      found.faults.map(({ fault, planned, held }) => [
        line(fault, 40),
        ...planned.map((n, at) => (n === 0 ? '-' : `${held[at]} of ${n} installed`)),
      ]),
      width,
    ),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')

const answers: Readonly<Record<string, string>> = {
  true: 'valid',
  false: 'VIOLATION',
  unknown: 'unknown',
  '': 'did not judge',
}

const sides = ({ runs }: RunDifference): readonly string[] =>
  runs.flatMap(({ id, outcome, missing }, at) => [
    `${'AB'[at]}  ${chalk.bold(outcome)}  ${line(id, 128)}`,
    ...missing.map((text) => chalk.yellow(`   ${line(text, 400)}`)),
  ])

/** A table with the first run's values beside the second one's; nothing where there is nothing to say. */
const section = (
  title: string,
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] =>
  rows.length === 0 ? [] : textTable([title, 'A', 'B'], rows, { width, whole: 1 })

const kinds = ({ kinds }: RunDifference): readonly (readonly string[])[] =>
  kinds.map(({ f, values }) => [
    line(f, 40),
    ...values.map((value) => {
      if (value === null) return '-'
      const { ok, fail, info, latencyMs } = value
      const counts = `${count(ok)} ok, ${count(fail)} fail, ${count(info)} info`
      if (latencyMs === undefined) return counts
      const { p50, p99, max } = latencyMs
      return `${counts}; p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`
    }),
  ])

const totals = ({ totals }: RunDifference): readonly (readonly string[])[] => {
  const row = (name: string, of: (one: NonNullable<(typeof totals)[0]>) => string) => [
    name,
    ...totals.map((one) => (one === null ? '-' : of(one))),
  ]
  const recovery = (ms: number | undefined): string => (ms === undefined ? '-' : duration(ms))
  return [
    row('ok a second', ({ okPerSecond }) => count(Math.round(okPerSecond))),
    row('changes of leader', ({ leaderChanges }) => count(leaderChanges)),
    row('recovery', ({ recoveryMs }) => recovery(recoveryMs)),
  ]
}
