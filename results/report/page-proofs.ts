/**
 * The proofs as the page shows them: each with its operations in a table and a drawing, its cycle as a graph where
 * it has one, the sessions that it is about, and what happened around it. Then how far an order of the
 * operations comes, and where the history stands among the levels of consistency.
 */
import type { History } from '../../checkers/history.ts'
import type { FoundAnomaly, VerdictRecord } from '../run.ts'
import { type Drawing, drawing } from './drawing.ts'
import { type Graph, graph } from './graph.ts'
import { type PartialView, partialView } from './partial-view.ts'
import { type Proof, type ProofOperation, proof } from './proof.ts'
import { type SessionView, sessionViews } from './session-view.ts'
import { count, line } from './text.ts'
import { faultSentence, lastFaultSentence, leaderSentence, type Timeline } from './timeline.ts'

export interface PageProof {
  readonly title: string
  /** The checker that found it. */
  readonly checker: string
  readonly summary: string
  /** How many of its operations are shown, if not all. */
  readonly more: string
  readonly operations: readonly ProofOperation[]
  /** Decimal places of seconds that tell their starts and ends apart. */
  readonly digits: number
  readonly drawing: Drawing | undefined
  readonly graph: Graph | undefined
  /** The reasons of an order without a cycle, in words. */
  readonly order: readonly string[]
  readonly sessions: readonly SessionView[]
  /** The elements concerned, where there are many. */
  readonly elements: readonly string[]
  readonly around: readonly string[]
}

/** Where a run of registers stands, with a proof for each of the weakest levels that it breaks. */
export interface PagePlacement {
  readonly strongest: string
  readonly weakestBroken: string
  readonly undecided: string
  readonly proofs: readonly PageProof[]
}

export interface PageProofs {
  readonly proofs: readonly PageProof[]
  readonly partial: PartialView | undefined
  readonly placement: PagePlacement | undefined
}

/** O(proofs × (log events + the events of their sessions)). */
export const pageProofs = (
  history: History,
  verdict: VerdictRecord,
  around: Timeline,
): PageProofs => {
  const { witness, placement } = verdict
  const partial = witness?.valid === false ? witness.partial : undefined
  const view = (anomaly: FoundAnomaly): PageProof =>
    pageProof(history, proof(history, anomaly, around, BOUNDS), partial?.stuck)
  return {
    proofs: verdict.anomalies.slice(0, PROOFS_MAX).map(view),
    partial: partial && partialView(history, partial),
    placement: placement && {
      strongest: line(placement.strongest),
      weakestBroken: line(placement.weakestBroken),
      undecided: line(placement.undecided ?? ''),
      proofs: placement.anomalies
        .slice(0, PROOFS_MAX)
        .map((anomaly) => view({ ...anomaly, checker: 'spectrum' })),
    },
  }
}

const PROOFS_MAX = 12
const BOUNDS = { limit: 40, width: 120 }
const LINES_MAX = 50
const ELEMENTS_MAX = 1000

/** @param stuck the `index` of the operation that no order explains, where that is known */
const pageProof = (history: History, one: Proof, stuck: number | undefined): PageProof => {
  const { anomaly, operations, total } = one
  const cycle = graph(one)
  const drawn = drawing(one, contradicting(one, stuck))
  return {
    title: line(anomaly.type, 60),
    checker: line(anomaly.checker, 60),
    summary: line(anomaly.summary, 2000),
    more:
      total > operations.length
        ? `${operations.length} of ${count(total)} operations are shown`
        : '',
    operations,
    digits: one.digits,
    // The edges of a cycle are seen better on its graph.
    drawing: drawn && cycle ? { ...drawn, edges: [] } : drawn,
    graph: cycle,
    order: cycle === undefined ? reasons(anomaly) : [],
    sessions: sessionViews(history, one),
    elements: (anomaly.elements ?? [])
      .slice(0, ELEMENTS_MAX)
      .map((element) => line(String(element), 60)),
    around: surroundings(one),
  }
}

const reasons = ({ edges = [] }: FoundAnomaly): readonly string[] =>
  edges.slice(0, LINES_MAX).map(({ why, relation }) => `${line(why, 1000)} (${line(relation, 24)})`)

/** Anomalies of which the read that was invoked last is what cannot be. */
const READS: ReadonlySet<string> = new Set([
  ...['stale-read', 'lost', 'stale', 'unexpected', 'duplicated', 'phantom', 'thin-air-read'],
  ...['read-your-writes', 'monotonic-reads', 'resurrected'],
])

const contradicting = ({ anomaly, operations }: Proof, stuck: number | undefined) =>
  operations.some(({ index }) => index === stuck)
    ? stuck
    : READS.has(anomaly.type)
      ? operations.at(-1)?.index
      : undefined

const surroundings = ({ active, lastBefore, leaderChanges }: Proof): readonly string[] => {
  const faults = active
    .slice(0, LINES_MAX)
    .map((fault) => `${faultSentence(fault)}: ${fault.evidence}`)
  if (lastBefore !== undefined) faults.push(lastFaultSentence(lastBefore))
  return [...faults, ...leaderChanges.slice(0, LINES_MAX).map(leaderSentence)]
}
