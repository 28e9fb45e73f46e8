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

/** What is printed at the end: a report for people, the record, or a stream of TAP; events were printed before. */
export type Printed = 'text' | 'json' | 'tap' | 'events'

/** @throws StoreError when the folder cannot be made */
export const makeFolder = (folder: string): void => {
  attempt(folder, 'cannot be made', () => mkdirSync(folder, { recursive: true }))
}

export const writeReports = (folder: string, record: CiRecord): void => {
  writeWhole(folder, ciFiles.record, `${JSON.stringify(record, null, 2)}\n`)
  writeWhole(folder, ciFiles.junit, junit(record))
  writeWhole(folder, ciFiles.tap, tap(record))
  writeWhole(folder, ciFiles.summary, summary(record))
}

/** The page and the annotations of a workflow; nothing where there is none. */
export const tellGitHub = (
  record: CiRecord,
  env: Readonly<Record<string, string | undefined>>,
): void => {
  const page = env.GITHUB_STEP_SUMMARY
  if (page !== undefined && page !== '') {
    const written = existsSync(page) ? statSync(page).size : 0
    attempt(page, 'cannot be written', () =>
      appendFileSync(page, summary(record, Math.max(0, SUMMARY_BYTES - written))),
    )
  }
  // On standard error, which GitHub reads as well: standard output is the result's.
  if (env.GITHUB_ACTIONS === 'true') for (const one of annotations(record)) console.error(one)
}

export const print = (record: CiRecord, folder: string, how: Printed): void => {
  if (how === 'json') console.log(JSON.stringify(record, null, 2))
  if (how === 'tap') process.stdout.write(tap(record))
  if (how === 'text') console.log(`${ciReport(record)}\nreports in ${folder}`)
}
