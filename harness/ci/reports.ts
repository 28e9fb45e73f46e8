/**
 * Writes the reports of a CI run: the files into its folder, the page and the annotations of GitHub where it runs
 * there, and the result to whoever asked for one.
 */
import { appendFileSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { annotations } from '../../results/ci/annotations.ts'
import { ciReport } from '../../results/ci/console.ts'
import { junit } from '../../results/ci/junit.ts'
import { type CiRecord, ciFiles } from '../../results/ci/record.ts'
import { SUMMARY_BYTES, summary } from '../../results/ci/summary.ts'
import { tap } from '../../results/ci/tap.ts'
import { attempt, writeWhole } from '../../results/store.ts'
import { type ExitCode, exitCodes, failuresOf } from '../errors.ts'
import { exitOf } from './verdict.ts'

/** What is printed at the end: a report for people, the record, or a stream of TAP; events were printed before. */
export type Printed = 'text' | 'json' | 'tap' | 'events'

/** @throws StoreError when the folder cannot be made */
export const makeFolder = (folder: string): void => {
  attempt(folder, 'cannot be made', () => mkdirSync(folder, { recursive: true }))
}

/**
 * Writes and prints everything. What cannot be written takes nothing from what was found: it is said, and the others
 * are written all the same. @returns the exit code
 */
export const publish = (
  record: CiRecord,
  folder: string,
  how: Printed,
  env: Readonly<Record<string, string | undefined>>,
): ExitCode => {
  const write = (name: string, textOf: () => string) => () => writeWhole(folder, name, textOf())
  const failures = [
    write(ciFiles.record, () => `${JSON.stringify(record, null, 2)}\n`),
    write(ciFiles.junit, () => junit(record)),
    write(ciFiles.tap, () => tap(record)),
    write(ciFiles.summary, () => summary(record)),
    () => stepSummary(record, env.GITHUB_STEP_SUMMARY),
  ].flatMap(failuresOf)
  // On standard error, which GitHub reads as well: standard output is the result's.
  if (env.GITHUB_ACTIONS === 'true') for (const one of annotations(record)) console.error(one)
  if (how === 'json') console.log(JSON.stringify(record, null, 2))
  if (how === 'tap') process.stdout.write(tap(record))
  if (how === 'text') console.log(`${ciReport(record)}\nreports in ${folder}`)
  for (const failure of failures) console.error(`schism: ${failure}`)
  return exitOf(record.code, failures.length > 0 ? exitCodes.environment : exitCodes.valid)
}

/** The page of a job, behind what its step has written already. */
const stepSummary = (record: CiRecord, page: string | undefined): void => {
  if (page === undefined || page === '') return
  const written = existsSync(page) ? statSync(page).size : 0
  attempt(page, 'cannot be written', () =>
    appendFileSync(page, summary(record, Math.max(0, SUMMARY_BYTES - written))),
  )
}
