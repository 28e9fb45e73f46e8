/**
 * What the timeline shows beside the operations: faults, who led, phases, what the nodes are, and the states
 * that a checker knows between operations. Bounded, and times in ns, as the operations have them.
 */
import type { History } from '../../checkers/history.ts'
import { observations } from '../../checkers/ledger.ts'
import type { Partial } from '../../checkers/linearizable/partial.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import type { Measures } from './measure.ts'
import { line } from './text.ts'
import type { FaultView, Timeline } from './timeline.ts'

export interface PageAround {
  /** How many operations the history has. */
  readonly operations: number
  readonly endNs: number
  readonly faults: readonly FaultView[]
  /** In the order in which the run names them. */
  readonly nodes: readonly string[]
  /** Who led from a moment on, as far as anybody saw; nobody: empty. */
  readonly leaders: readonly { readonly timeNs: number; readonly leaders: readonly string[] }[]
  readonly phases: readonly { readonly timeNs: number; readonly phase: string }[]
  /** Threads of clients, where a run says so: a process that had no answer is followed by one of its thread. */
  readonly threads: number | undefined
  /** The operations of each violation that was found, by the `index` of their invocations; some of them. */
  readonly violations: readonly { readonly type: string; readonly ops: readonly number[] }[]
  /** The state right before and after operations, by the `index` of their invocations. */
  readonly states: readonly KnownState[]
}

export interface KnownState {
  readonly op: number
  readonly before?: string
  readonly after: string
}

const FAULTS_MAX = 1000
const SIGHTINGS_MAX = 2000
const NODES_MAX = 50
const VIOLATIONS_MAX = 100
const VIOLATION_OPS_MAX = 200

interface AroundInput {
  readonly run: RunRecord | undefined
  readonly history: History
  readonly verdict: Pick<VerdictRecord, 'anomalies' | 'witness'>
  readonly measures: Measures
  readonly around: Timeline
}

/** Gathers it. O(events). */
export const pageAround = ({
  run,
  history,
  verdict,
  measures,
  around,
}: AroundInput): PageAround => {
  const seen = observations(history)
  const leaders = seen.flatMap((one) =>
    one.kind === 'primaries' && Array.isArray(one.primaries)
      ? [{ timeNs: one.time, leaders: one.primaries.map(nodeName) }]
      : [],
  )
  const named = run?.members.map(({ name }) => nodeName(name)) ?? []
  const others = [
    ...around.faults.flatMap(({ nodes }) => nodes),
    ...leaders.flatMap((one) => one.leaders),
  ]
  return {
    operations: measures.operations,
    endNs: measures.endNs,
    faults: around.faults.slice(0, FAULTS_MAX),
    nodes: [...new Set([...named, ...others.toSorted()])].slice(0, NODES_MAX),
    leaders: leaders.slice(0, SIGHTINGS_MAX),
    phases: seen.flatMap((one) =>
      one.kind === 'phase' ? [{ timeNs: one.time, phase: line(String(one.phase), 20) }] : [],
    ),
    threads: run?.concurrency,
    violations: verdict.anomalies.slice(0, VIOLATIONS_MAX).map(({ type, ops }) => ({
      type: line(type, 60),
      ops: ops.slice(0, VIOLATION_OPS_MAX),
    })),
    states: verdict.witness?.valid === false ? knownStates(verdict.witness.partial) : [],
  }
}

const nodeName = (name: unknown): string => line(String(name), 40)

/** The states after the last operations of an order, which are those before the next ones. */
const knownStates = ({ ops, states }: Partial): readonly KnownState[] => {
  const first = ops.length - states.length
  return states.flatMap((state, at) => {
    const op = ops[first + at]
    const before = states[at - 1]
    if (op === undefined) return []
    return [
      {
        op,
        after: line(state, 500),
        ...(before === undefined ? {} : { before: line(before, 500) }),
      },
    ]
  })
}
