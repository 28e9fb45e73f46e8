/** What a CI run keeps of its runs: of valid ones their record, verdict and report as text; of others everything. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { files } from '../../results/store.ts'

/** The console's report, beside the files of a run. */
export const RUN_SUMMARY = 'summary.txt'

/** Leaves what a run without a violation is remembered by. */
export const makeSmall = (folder: string): void => {
  for (const name of [files.history, files.report, files.logs])
    rmSync(join(folder, name), { recursive: true, force: true })
}
