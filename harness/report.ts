/** Makes the reports of a verdict: `report.html` in the run's folder, and the text for the console. */
import { join } from 'node:path'
import type { History } from '../checkers/history.ts'
import { consoleReport } from '../results/report/console.ts'
import type { RunRecord, VerdictRecord } from '../results/run.ts'
import { files, writeVerdict, writeWhole } from '../results/store.ts'
import { historyOf, type JudgeInput, runOf } from './judge/input.ts'

/** A verdict on a run. */
export interface Reported {
  readonly folder: string
  readonly run: RunRecord
  readonly verdict: VerdictRecord
}

/** Writes the page of a run and returns the console's text. */
export const report = async (reported: Reported): Promise<string> =>
  page(reported, (await historyOf({ path: reported.verdict.input })).history)

/**
 * The console's text on a verdict given again. A run that was judged as its workload says gets its
 * verdict and its page renewed; a history from elsewhere has no folder to put a page into.
 */
export const renewed = async (
  { path, by }: JudgeInput,
  verdict: VerdictRecord,
  history: History,
): Promise<string> => {
  const found = by === undefined ? await runOf(path) : undefined
  if (found === undefined) return elsewhere(verdict, history)
  writeVerdict(found.folder, verdict)
  return page({ ...found, verdict }, history)
}

/** The console's text on a history that has no run beside it. */
export const elsewhere = (verdict: VerdictRecord, history: History): string =>
  consoleReport({ run: undefined, verdict, history, folder: verdict.input })

/** What there is of a run: its plan may be damaged. */
type Partly = Omit<Reported, 'run'> & { readonly run: RunRecord | undefined }

/** The page of a run, with what its nodes printed. */
export const pageText = async (
  { folder, run, verdict }: Partly,
  history: History,
): Promise<string> => {
  const { htmlReport } = await import('../results/report/html.ts')
  if (run === undefined) return htmlReport({ run, verdict, history })
  const { nodeLogs, worthReading } = await import('../results/report/node-logs.ts')
  const spans = worthReading(history, verdict)
  const logs = nodeLogs(join(folder, files.logs), run, spans)
  return htmlReport({ run, verdict, history, logs })
}

const page = async (reported: Reported, history: History): Promise<string> => {
  const { folder, run, verdict } = reported
  writeWhole(folder, files.report, await pageText(reported, history))
  const reportPath = join(folder, files.report)
  return consoleReport({ run, verdict, history, folder, reportPath })
}
