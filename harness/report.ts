/** Makes the reports of a verdict: `report.html` in the run's folder, and the text for the console. */
import { join } from 'node:path'
import { consoleReport } from '../results/report/console.ts'
import { htmlReport } from '../results/report/html.ts'
import type { RunRecord, VerdictRecord } from '../results/run.ts'
import { files, writeWhole } from '../results/store.ts'
import { historyOf } from './judge/input.ts'

/** A verdict on a run, or on a history from elsewhere, which has no folder to put a page into. */
export type Reported =
  | { readonly folder: string; readonly run: RunRecord; readonly verdict: VerdictRecord }
  | { readonly folder?: undefined; readonly run?: undefined; readonly verdict: VerdictRecord }

/** Writes the page, if there is a folder for it, and returns the console's text. */
export const report = async ({ folder, run, verdict }: Reported): Promise<string> => {
  const { history } = historyOf({ path: verdict.input })
  if (folder === undefined)
    return consoleReport({ run: undefined, verdict, history, folder: verdict.input })
  writeWhole(folder, files.report, await htmlReport({ run, verdict, history }))
  const reportPath = join(folder, files.report)
  return consoleReport({ run, verdict, history, folder, reportPath })
}
