/**
 * One run, from plan to verdict. Whatever happens on the way (a fault that does not take hold, a node
 * that dies, Ctrl-C), faults are healed, the history is kept and judged, and the containers are removed;
 * what went wrong stands beside the verdict as a problem and never replaces it.
 */
import { join } from 'node:path'
import type { RunRecord, VerdictRecord } from '../results/run.ts'
import { EXECUTED } from '../results/schedule.ts'
import {
  createRunFolder,
  files,
  HistoryLog,
  writeRun,
  writeVerdict,
  writeWhole,
} from '../results/store.ts'
import type { Catalog } from './catalog.ts'
import type { Venue } from './cluster/cluster.ts'
import { messageOf } from './errors.ts'
import { type Budget, judge } from './judge/judge.ts'
import { withProblems } from './judge/record.ts'
import type { Progress } from './progress.ts'
import { Story } from './story.ts'

export interface RunOptions {
  readonly run: RunRecord
  readonly catalog: Catalog
  readonly venue: Venue
  /** The folder that holds all runs. */
  readonly store: string
  readonly image?: string
  readonly budget: Budget
  readonly progress: Progress
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
}

export interface RunResult {
  readonly folder: string
  readonly run: RunRecord
  readonly verdict: VerdictRecord
}

/** Runs a test. Never throws for what the cluster or the tested system does. */
export const runTest = async (asked: RunOptions): Promise<RunResult> => {
  const options = { ...asked, run: timed(asked) }
  const { store, progress } = options
  const folder = createRunFolder(store, options.run.id)
  writeRun(folder, options.run)
  const { venue } = options
  const story = storyIn(folder, options)
  const problems: string[] = []
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      problems.push(messageOf(error))
      story.warn(messageOf(error))
    })
  }
  progress.start()
  await attempt(() => venue.drive(story.play()))
  await attempt(() => venue.drive(story.heal()))
  story.close()
  await attempt(async () => {
    writeWhole(folder, EXECUTED, `${JSON.stringify(story.executed(), null, 2)}\n`)
  })
  progress.line('judging')
  // Before the verdict: it tells what the nodes printed.
  await attempt(() => story.saveLogs(join(folder, files.logs)))
  const [judged] = await Promise.allSettled([
    judge({ path: folder }, options.budget),
    attempt(() => story.down()),
  ])
  progress.stop()
  if (judged.status === 'rejected') throw judged.reason
  const settled = withProblems(judged.value, problems)
  // An interrupt is said whatever was found.
  const verdict = options.signal.aborted ? { ...settled, outcome: 'interrupted' as const } : settled
  writeVerdict(folder, verdict)
  return { folder, run: story.run, verdict }
}

/** The plan with the moment from which its history's times count, for what has wall-clock times: logs. */
const timed = ({ run, venue: { origin } }: RunOptions): RunRecord =>
  origin === undefined ? run : { ...run, clockOrigin: origin.toISOString() }

const storyIn = (folder: string, options: RunOptions): Story => {
  const { run, catalog, venue, progress, signal, image } = options
  const say = (line: string): void => progress.line(line)
  return new Story({
    run,
    catalog,
    clock: venue.clock,
    log: new HistoryLog(join(folder, files.history)),
    up: (system, needs) =>
      venue.up({
        runId: run.id,
        systemName: run.system,
        system,
        nodes: run.nodes,
        options: run.systemOptions,
        needs,
        progress: say,
        signal,
        ...(image === undefined ? {} : { image }),
      }),
    ready: (known) => writeRun(folder, known),
    listen: (event) => progress.event(event),
    say,
    signal,
  })
}
