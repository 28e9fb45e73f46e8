/**
 * The verdict on the console: the sentence first, then what proves it, what was broken meanwhile, the
 * numbers, and how to repeat it. Plain lines of at most 100 columns that read the same in a CI log
 * without colours; only the command and the paths stay whole, so that they can be copied.
 */
import chalk from 'chalk'
import type { History } from '../../checkers/history.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { adviceOn } from './advice.ts'
import { errorCounts } from './errors.ts'
import { endingOf, standingOf } from './first-screen.ts'
import { measure } from './measure.ts'
import { type Proof, proof, proofHeads, proofRows } from './proof.ts'
import { type Findings, found, headline, knowsFaults, promised, type Tone } from './sentence.ts'
import { textTable } from './table.ts'
import { count, counted, duration, line, wrap } from './text.ts'
import {
  type FaultView,
  faultSentence,
  lastFaultSentence,
  leaderSentence,
  timeline,
} from './timeline.ts'

export interface ConsoleReport {
  /** Absent for a history from elsewhere. */
  readonly run?: RunRecord | undefined
  readonly verdict: VerdictRecord
  readonly history: History
  /** The run's folder, or the file that was judged. */
  readonly folder: string
  readonly reportPath?: string | undefined
}

/** The report as text, without a newline at its end. Colours follow chalk's level, hence NO_COLOR. */
export const consoleReport = ({
  run,
  verdict,
  history,
  folder,
  reportPath,
}: ConsoleReport): string => {
  const around = timeline(history)
  const findings: Findings = { run, verdict, measures: measure(history), around }
  const [first] = verdict.anomalies
  const shownProof =
    first && proof(history, first, around, { limit: PROOF_ROWS, width: VALUE_WIDTH })
  return [
    title(findings),
    [
      ...entries('tested', tested(run)),
      ...entry('promised', promised(findings)),
      ...entries('found', found(findings)),
      ...entries('stands', stands(findings)),
      ...entries('next', adviceOn(endingOf(findings), findings)),
    ],
    shownProof === undefined ? [] : proofLines(shownProof),
    shownProof === undefined ? [] : surroundings(shownProof, findings),
    numbers(findings),
    errors(history),
    [...entries('problem', verdict.problems.map(foreign)), ...entries('note', notes(findings))],
    [
      ...(run === undefined ? [] : [`${label('repeat')}${line(run.command, 10_000)}`]),
      `${label('run')}${line(folder, 10_000)}`,
      ...(reportPath === undefined ? [] : [`${label('report')}${line(reportPath, 10_000)}`]),
    ],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')
}

const WIDTH = 100
const LABEL = 11
const PROOF_ROWS = 8
const VALUE_WIDTH = 34
const ACTIVE_MAX = 4
const NOTES_MAX = 10
const ERRORS_MAX = 4

const tones: Readonly<Record<Tone, (text: string) => string>> = {
  good: (text) => chalk.bold.green(text),
  bad: (text) => chalk.bold.red(text),
  unsure: (text) => chalk.bold.yellow(text),
  broken: (text) => chalk.bold.magenta(text),
}

const title = (findings: Findings): readonly string[] => {
  const { word, tone, sentence } = headline(findings)
  const indent = word.length + 2
  const [first = '', ...rest] = wrap(sentence, WIDTH - indent)
  return [
    `${tones[tone](word)}  ${chalk.bold(first)}`,
    ...rest.map((text) => ' '.repeat(indent) + chalk.bold(text)),
  ]
}

const label = (text: string): string => chalk.dim(text.padEnd(LABEL))

/** A labelled text, wrapped beside its label. */
const entry = (name: string, text: string): readonly string[] =>
  wrap(text, WIDTH - LABEL).map((part, place) => label(place === 0 ? name : '') + part)

const entries = (name: string, texts: readonly string[]): readonly string[] =>
  texts.flatMap((text, place) => entry(place === 0 ? name : '', text))

const foreign = (text: string): string => line(text, 1000)

/** What was run, when: a report may be read long after. */
const tested = (run: RunRecord | undefined): readonly string[] => {
  if (run === undefined) return []
  const { system, systemVersion, workload, faults, nodes, seed, startedAt } = run
  const what = `${line(system, 60)} ${line(systemVersion, 60)} with ${line(workload, 60)}`
  const broken = faults.length === 0 ? 'no faults' : `faults: ${line(faults.join(', '), 200)}`
  const begun = line(startedAt.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'), 40)
  return [`${what}, ${counted(nodes, 'node')}, seed ${seed}, begun ${begun}; ${broken}`]
}

/** Where it stands among consistency levels, where that was found. */
const stands = (findings: Findings): readonly string[] => {
  if (findings.verdict.valid !== false) return []
  const { kept, broken, open } = standingOf(findings)
  if (kept === undefined || broken === undefined) return []
  return [`keeps ${kept}; breaks ${broken}${open === undefined ? '' : `; ${open}`}`]
}

const proofLines = (shownProof: Proof): readonly string[] => {
  const { anomaly, operations, total } = shownProof
  const some = total > operations.length ? `${operations.length} of the ${count(total)}` : 'the'
  const by = `${line(anomaly.type, 60)}, found by ${line(anomaly.checker, 60)}`
  return [
    ...wrap(`${some} operations that prove it (${by})`, WIDTH),
    ...textTable(proofHeads, proofRows(shownProof), { width: WIDTH }),
  ]
}

/** The faults while the proof's operations ran, and who led. */
const surroundings = (
  { active, lastBefore, leaderChanges }: Proof,
  findings: Findings,
): readonly string[] => {
  const told = active.slice(0, ACTIVE_MAX).flatMap(faultLines)
  const more = active.length - ACTIVE_MAX
  if (more > 0) told.push(`  and ${counted(more, 'more fault')}`)
  const changes = leaderChanges
    .slice(0, ACTIVE_MAX)
    .flatMap((change) => wrap(leaderSentence(change), WIDTH))
  if (active.length > 0) return ['faults active meanwhile', ...told, ...changes]
  if (!knowsFaults(findings)) return changes
  const quiet =
    lastBefore === undefined ? 'no fault was active meanwhile' : lastFaultSentence(lastBefore)
  return [...wrap(quiet, WIDTH), ...changes]
}

const faultLines = (fault: FaultView): readonly string[] => [
  ...hanging(faultSentence(fault), 2),
  ...hanging(fault.evidence, 4).map((text) => chalk.dim(text)),
]

const hanging = (text: string, indent: number): readonly string[] =>
  wrap(text, WIDTH - indent).map((part) => ' '.repeat(indent) + part)

/** What was done, how fast, and what was broken. */
const numbers = (findings: Findings): readonly string[] => {
  const { measures, around, verdict } = findings
  const rows = measures.kinds.map(({ f, ok, fail, info, latency }) => [
    line(f, 24),
    count(ok),
    count(fail),
    count(info),
    ...(latency === undefined
      ? ['', '', '']
      : [duration(latency.p50), duration(latency.p99), duration(latency.max)]),
  ])
  const installed = around.faults.filter((fault) => fault.installed).length
  const planned = around.faults.length + around.skipped
  const isKnown = knowsFaults(findings)
  const speed = Math.round(measures.okPerSecond)
  const facts = [
    ...(speed === 0 && !isKnown ? [] : [`${count(speed)} ok operations a second`]),
    ...(planned > 0
      ? [`${count(installed)} of ${counted(planned, 'fault')} installed${byName(around.faults)}`]
      : isKnown
        ? ['no faults']
        : []),
    ...(isKnown ? [counted(around.leaderChanges.length, 'leader change')] : []),
    ...(around.recoveryMs === undefined
      ? []
      : [`recovered ${duration(around.recoveryMs)} after the last heal`]),
  ]
  const heads = ['f', 'ok', 'fail', 'info', 'p50', 'p99', 'max']
  return [
    ...(rows.length === 0 ? [] : textTable(heads, rows, { width: WIDTH })),
    ...(facts.length === 0 ? [] : hanging(facts.join(', '), 2)),
    ...answers(verdict).flatMap((told) => hanging(told, 2)),
  ]
}

/** `: kill 2, pause`; what one fault is called stands elsewhere. */
const byName = (faults: readonly FaultView[]): string => {
  const installed = faults.flatMap(({ installed, name }) =>
    installed ? [name.replace(/ #\d+$/, '')] : [],
  )
  const told = [...new Set(installed)].map((name) => {
    const times = installed.filter((one) => one === name).length
    return times === 1 ? name : `${name} ${times}`
  })
  return told.length === 0 ? '' : ` (${told.join(', ')})`
}

/** Why operations were not ok, the most frequent reasons. */
const errors = (history: History): readonly string[] => {
  const all = errorCounts(history)
  if (all.length === 0) return []
  const rows = all
    .slice(0, ERRORS_MAX)
    .map(({ f, outcome, error, times }) => [f, outcome, count(times), error])
  const more = all.length - rows.length
  return [
    ...textTable(['f', 'outcome', 'times', 'error'], rows, { width: WIDTH, whole: 3 }),
    ...(more > 0 ? [`  and ${counted(more, 'more kind', 'more kinds')} of errors`] : []),
  ]
}

/** How much was answered, and for how long nothing was, in each kind of time. */
const answers = ({ checkers }: VerdictRecord): readonly string[] => {
  const stats = checkers.availability?.stats ?? {}
  const told = Object.entries(kindsOfTime).flatMap(([phase, words]) => {
    const ratio = stats[`answered.${phase}`]
    const gapMs = stats[`gapMs.${phase}`]
    if (typeof ratio !== 'number') return []
    const percent = `${Math.floor(ratio * 1000) / 10} % ${words}`
    return [typeof gapMs === 'number' ? `${percent} (nothing for ${duration(gapMs)})` : percent]
  })
  return told.length === 0 ? [] : [`answered ${told.join(', ')}`]
}

const kindsOfTime: Readonly<Record<string, string>> = {
  before: 'before the first fault',
  during: 'while faults were in place',
  after: 'after them',
}

const notes = ({ run, verdict, around }: Findings): readonly string[] => {
  const all = [
    ...simulated(run),
    ...expected(run, verdict),
    ...verdict.notes.map(foreign),
    ...around.warnings,
  ]
  const more = all.length - NOTES_MAX
  return more <= 0 ? all : [...all.slice(0, NOTES_MAX), `and ${counted(more, 'more note')}`]
}

/** A simulation is never passed off as the real thing. */
const simulated = (run: RunRecord | undefined): readonly string[] => {
  const cluster = run?.environment.cluster
  return cluster === undefined ? [] : [`the cluster was ${line(cluster, 60)}`]
}

/** How a run with a known answer compares. */
const expected = (run: RunRecord | undefined, verdict: VerdictRecord): readonly string[] => {
  if (run?.expect === undefined) return []
  const wanted = run.expect === '' ? 'a violation' : `the violation ${line(run.expect, 60)}`
  const met = verdict.anomalies.some(({ type }) => run.expect === '' || type === run.expect)
  return [`expected ${wanted}: ${met ? 'found' : 'not found'}`]
}
