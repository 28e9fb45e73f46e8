/**
 * All that the page shows, as data: texts are ready to read and bounded, so the page's script decides
 * nothing about runs and the page stays small whatever the run's size.
 */
import type { History } from '../../checkers/history.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { type ClockOffsets, clockOffsets } from './clock-offsets.ts'
import { type Drawing, drawing } from './drawing.ts'
import { type Measures, measure } from './measure.ts'
import { type Proof, proof, proofHeads, proofRows } from './proof.ts'
import { type Findings, found, type Headline, headline, promised } from './sentence.ts'
import { type Latencies, latencies, type Rates, rates } from './series.ts'
import { count, counted, duration, line, seconds } from './text.ts'
import {
  type FaultView,
  faultSentence,
  leaderSentence,
  type Timeline,
  timeline,
} from './timeline.ts'

export interface PageData {
  readonly title: string
  readonly headline: Headline
  readonly promised: string
  readonly found: readonly string[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  readonly proofs: readonly PageProof[]
  readonly figures: readonly PageFact[]
  readonly charts: PageCharts
  readonly kinds: PageTable
  readonly faults: PageTable
  readonly facts: readonly PageFact[]
  /** What the checkers counted. */
  readonly stats: readonly PageFact[]
  readonly command: string | undefined
}

export interface PageFact {
  readonly name: string
  readonly text: string
}

export interface PageTable {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export interface PageProof {
  readonly title: string
  readonly summary: string
  readonly more: string
  /** `outcomes` beside the rows of `table`: which sign stands before a row's outcome. */
  readonly table: PageTable
  readonly outcomes: readonly ('ok' | 'fail' | 'info')[]
  readonly drawing: Drawing | undefined
  readonly around: readonly string[]
}

/** The charts share the time axis 0 … endS; all x are seconds. */
export interface PageCharts {
  readonly endS: number
  readonly latencies: Latencies
  readonly rates: Rates
  /** Absent where no clock was sampled. */
  readonly clocks?: ClockOffsets
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
}

/** Gathers a page. O(events). */
export const pageData = ({ run, verdict, history }: PageInput): PageData => {
  const around = timeline(history)
  const measures = measure(history)
  const findings: Findings = { run, verdict, measures, around }
  const proofs = verdict.anomalies
    .slice(0, PROOFS_MAX)
    .map((anomaly) => proof(history, anomaly, around, { limit: ROWS_MAX, width: VALUE_WIDTH }))
  const title = run === undefined ? line(verdict.input, 120) : line(run.id, 120)
  return {
    title,
    headline: headline(findings),
    promised: promised(findings),
    found: found(findings),
    problems: verdict.problems.slice(0, NOTES_MAX).map((text) => line(text, 1000)),
    notes: [...verdict.notes, ...around.warnings]
      .slice(0, NOTES_MAX)
      .map((text) => line(text, 1000)),
    proofs: proofs.map(pageProof),
    figures: figures(measures, around),
    charts: charts(history, measures, around),
    kinds: kindsTable(measures),
    faults: faultsTable(around.faults),
    facts: facts(run),
    stats: statsOf(verdict),
    command: run === undefined ? undefined : line(run.command, 10_000),
  }
}

const PROOFS_MAX = 12
const ROWS_MAX = 40
const VALUE_WIDTH = 120
const NOTES_MAX = 50
const EPISODES_MAX = 1000
const POINTS_MAX = 20_000
const BINS_MAX = 300
const CLOCKS_MAX = 500

const pageProof = (one: Proof): PageProof => ({
  title: line(one.anomaly.type, 60),
  summary: line(one.anomaly.summary, 2000),
  more:
    one.total > one.operations.length
      ? `${one.operations.length} of ${count(one.total)} operations are shown`
      : '',
  table: { heads: proofHeads, rows: proofRows(one) },
  outcomes: one.operations.map(({ outcome }) => outcome),
  drawing: drawing(one),
  around: surroundings(one),
})

const surroundings = ({ active, lastBefore, leaderChanges }: Proof): readonly string[] => {
  const faults = active
    .slice(0, NOTES_MAX)
    .map((fault) => `${faultSentence(fault)}: ${fault.evidence}`)
  if (lastBefore !== undefined)
    faults.push(
      `no fault was active meanwhile; the last one before, ${lastBefore.name} ` +
        `(${lastBefore.targets}), ended at ${seconds(lastBefore.toNs, 1)} s`,
    )
  return [...faults, ...leaderChanges.slice(0, NOTES_MAX).map(leaderSentence)]
}

const figures = (measures: Measures, around: Timeline): readonly PageFact[] => {
  const installed = around.faults.filter((fault) => fault.installed).length
  const { faults, leaderChanges, recoveryMs } = around
  return [
    { name: 'operations', text: count(measures.operations) },
    { name: 'ok a second', text: count(Math.round(measures.okPerSecond)) },
    {
      name: 'faults installed',
      text: faults.length === 0 ? 'none' : `${installed} of ${faults.length}`,
    },
    { name: 'leader changes', text: count(leaderChanges.length) },
    ...(recoveryMs === undefined ? [] : [{ name: 'recovery', text: duration(recoveryMs) }]),
  ]
}

const charts = (history: History, { endNs }: Measures, around: Timeline): PageCharts => {
  const clocks = clockOffsets(history, CLOCKS_MAX)
  return {
    endS: endNs / 1e9,
    latencies: latencies(history, POINTS_MAX),
    rates: rates(history, BINS_MAX),
    ...(clocks === undefined ? {} : { clocks }),
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
    .slice(0, NOTES_MAX)
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

const faultsTable = (faults: readonly FaultView[]): PageTable => ({
  heads: ['fault', 'planned', 'targets', 'from s', 'to s', 'install', 'evidence', 'healed'],
  rows: faults
    .slice(0, EPISODES_MAX)
    .map((fault) => [
      fault.name,
      fault.planned,
      fault.targets,
      seconds(fault.fromNs, 2),
      fault.healedNs === undefined ? '' : seconds(fault.healedNs, 2),
      fault.installMs === undefined ? 'not installed' : duration(fault.installMs),
      fault.evidence,
      fault.healedNs === undefined ? `NO. ${fault.healEvidence}` : fault.healEvidence || 'yes',
    ]),
})

const statsOf = ({ checkers }: VerdictRecord): readonly PageFact[] =>
  Object.entries(checkers).flatMap(([checker, { stats }]) =>
    Object.entries(stats ?? {}).map(([name, value]) => ({
      name: `${line(checker, 60)}: ${line(name, 60)}`,
      text: typeof value === 'number' ? count(value) : line(String(value), 200),
    })),
  )

const facts = (run: RunRecord | undefined): readonly PageFact[] => {
  if (run === undefined) return []
  const options = { ...run.systemOptions, ...run.workloadOptions }
  return [
    { name: 'system', text: `${run.system} ${run.systemVersion}` },
    { name: 'workload', text: run.workload },
    { name: 'options', text: pairs(options) || 'none' },
    { name: 'nodes', text: run.members.map(({ name, role }) => `${name} (${role})`).join(', ') },
    { name: 'faults asked for', text: run.faults.join(', ') || 'none' },
    { name: 'seed', text: String(run.seed) },
    {
      name: 'clients',
      text: `${counted(run.concurrency, 'thread')}, ${count(run.rate)} operations a second`,
    },
    { name: 'time limit', text: `${run.timeLimitS} s, ${run.operationTimeoutMs} ms an operation` },
    { name: 'started', text: run.startedAt },
    ...Object.entries(run.environment).map(([name, text]) => ({ name, text })),
  ].map(({ name, text }) => ({ name: line(name, 120), text: line(text, 500) }))
}

const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
