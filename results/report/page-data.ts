/**
 * All that the page shows, as data: texts are ready to read and bounded, so the page's script decides
 * nothing about runs and the page stays small whatever the run's size.
 */
import type { History } from '../../checkers/history.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { type PageAround, pageAround } from './around.ts'
import { type ClockOffsets, clockOffsets } from './clock-offsets.ts'
import { type Convergence, convergence } from './convergence.ts'
import { type FatePlot, fatePlot } from './fates.ts'
import { type FirstScreen, firstScreen } from './first-screen.ts'
import { type LedgerRow, ledger } from './ledger.ts'
import type { NodeLog } from './log-excerpt.ts'
import { type Measures, measure } from './measure.ts'
import { lastLines } from './node-logs.ts'
import { type PageProofs, pageProofs } from './page-proofs.ts'
import { environment, type PlanView, planView, settings } from './plan-view.ts'
import { type Findings, knowsFaults } from './sentence.ts'
import { count, duration, line } from './text.ts'
import { leaderSentence, type Timeline, timeline } from './timeline.ts'

export interface PageData extends FirstScreen, PageProofs {
  readonly figures: readonly PageFact[]
  readonly charts: PageCharts
  readonly around: PageAround
  readonly kinds: PageTable
  /** What is kept of the nodes' logs; their lines are in the attachment `logs`. */
  readonly logs: readonly Omit<NodeLog, 'lines'>[]
  /** Whether the logs' times are exactly those of the operations; else a second or two may lie between them. */
  readonly logsAligned: boolean
  /** What became of the elements of a set or of broadcast messages. */
  readonly fates: FatePlot | undefined
  readonly ledger: readonly LedgerRow[]
  readonly plan: PlanView | undefined
  readonly settings: readonly PageFact[]
  readonly environment: readonly PageFact[]
  /** What the checkers counted. */
  readonly stats: readonly PageFact[]
}

export interface PageFact {
  readonly name: string
  readonly text: string
}

export interface PageTable {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The charts share the time axis 0 … endS; all x are seconds. */
export interface PageCharts {
  readonly endS: number
  /** Absent where no clock was sampled. */
  readonly clocks?: ClockOffsets
  /** Absent where reads do not show what replicas hold. */
  readonly convergence?: Convergence
  readonly bands: readonly {
    readonly from: number
    readonly to: number
    readonly name: string
    readonly targets: string
  }[]
  readonly marks: readonly { readonly at: number; readonly label: string; readonly name: string }[]
}

export interface PageInput {
  readonly run: RunRecord | undefined
  readonly verdict: VerdictRecord
  readonly history: History
  /** What the nodes printed; absent where nobody kept it. */
  readonly logs?: readonly NodeLog[]
}

/** Gathers a page. O(events). */
export const pageData = ({ run, verdict, history, logs = [] }: PageInput): PageData => {
  const around = timeline(history)
  const measures = measure(history)
  const findings = { run, verdict, measures, around }
  return {
    ...firstScreen(findings, lastLines(logs)),
    ...pageProofs(history, verdict, around),
    figures: figures(findings),
    charts: charts(history, verdict, measures, around),
    around: pageAround({ run, history, verdict, measures, around }),
    kinds: kindsTable(measures),
    logsAligned: run?.clockOrigin !== undefined || run?.environment.cluster !== undefined,
    logs: logs.map(({ lines, ...log }) => log),
    fates: fatePlot(history, verdict),
    ledger: ledger(history, around),
    plan: planView(run),
    settings: settings(run),
    environment: environment(run),
    stats: statsOf(verdict),
  }
}

const KINDS_MAX = 50
const EPISODES_MAX = 1000
const CLOCKS_MAX = 500
const SIGHTINGS_MAX = 500

const figures = (findings: Findings): readonly PageFact[] => {
  const { measures, around } = findings
  const installed = around.faults.filter((fault) => fault.installed).length
  const { faults, leaderChanges, recoveryMs } = around
  return [
    { name: 'operations', text: count(measures.operations) },
    { name: 'ok a second', text: count(Math.round(measures.okPerSecond)) },
    ...(knowsFaults(findings)
      ? [
          {
            name: 'faults installed',
            text: faults.length === 0 ? 'none' : `${installed} of ${faults.length}`,
          },
          { name: 'leader changes', text: count(leaderChanges.length) },
        ]
      : []),
    ...(recoveryMs === undefined ? [] : [{ name: 'recovery', text: duration(recoveryMs) }]),
  ]
}

const charts = (
  history: History,
  verdict: VerdictRecord,
  { endNs }: Measures,
  around: Timeline,
): PageCharts => {
  const clocks = clockOffsets(history, CLOCKS_MAX)
  const replicas = convergence(history, verdict, SIGHTINGS_MAX)
  return {
    endS: endNs / 1e9,
    ...(clocks === undefined ? {} : { clocks }),
    ...(replicas === undefined ? {} : { convergence: replicas }),
    bands: around.faults.slice(0, EPISODES_MAX).map(({ name, targets, fromNs, toNs }) => ({
      from: fromNs / 1e9,
      to: toNs / 1e9,
      name,
      targets,
    })),
    marks: around.leaderChanges.slice(0, EPISODES_MAX).map((change) => ({
      at: change.timeNs / 1e9,
      label: leaderSentence(change),
      name: change.to.join(' + '),
    })),
  }
}

const kindsTable = ({ kinds }: Measures): PageTable => ({
  heads: ['f', 'ok', 'fail', 'info', 'p50', 'p99', 'max'],
  rows: kinds
    .slice(0, KINDS_MAX)
    .map(({ f, ok, fail, info, latency }) => [
      line(f, 60),
      count(ok),
      count(fail),
      count(info),
      ...(latency === undefined
        ? ['', '', '']
        : [duration(latency.p50), duration(latency.p99), duration(latency.max)]),
    ]),
})

const statsOf = ({ checkers }: VerdictRecord): readonly PageFact[] =>
  Object.entries(checkers).flatMap(([checker, { stats }]) =>
    Object.entries(stats ?? {}).map(([name, value]) => ({
      name: `${line(checker, 60)}: ${line(name, 60)}`,
      text: typeof value === 'number' ? count(value) : line(String(value), 200),
    })),
  )
