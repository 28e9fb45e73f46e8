/**
 * What one session did around a broken promise of sessions (read your writes, monotonic reads and writes, writes follow
 * reads): each process of the proof with its own operations in its order, those of the proof among them.
 */
import { type History, INVOKE } from '../../checkers/history.ts'
import { type Proof, type ProofOperation, proofOperation } from './proof.ts'

export interface SessionView {
  readonly process: number
  readonly operations: readonly (ProofOperation & { readonly inProof: boolean })[]
  /** How many of the process' operations between the first and the last of these were left out. */
  readonly omitted: number
}

const SESSIONS_MAX = 4
const OPERATIONS_MAX = 24
const WIDTH = 80

/** The sessions of a proof that rests on their order; none for other proofs. O(events). */
export const sessionViews = (
  history: History,
  { anomaly, operations }: Proof,
): readonly SessionView[] => {
  if (!(anomaly.edges ?? []).some(({ relation }) => relation === 'process')) return []
  const processes = [...new Set(operations.map(({ process }) => process))]
  return processes
    .map((process) => ({ process, own: operations.filter((one) => one.process === process) }))
    .filter(({ own }) => own.length > 1)
    .slice(0, SESSIONS_MAX)
    .map(({ process, own }) => sessionView(history, process, own))
}

const sessionView = (
  history: History,
  process: number,
  proof: readonly ProofOperation[],
): SessionView => {
  const indexes = new Set(proof.map(({ index }) => index))
  const { columns } = history
  const places: number[] = []
  for (let position = 0; position < history.length; position++)
    if (columns.process[position] === process && columns.type[position] === INVOKE)
      places.push(position)
  const isProof = (place: number) => indexes.has(columns.index[places[place]!]!)
  const marks = [...places.keys()].filter(isProof)
  const [first, last] = [marks[0]!, marks.at(-1)!]
  const around = [...places.keys()].slice(Math.max(0, first - 2), last + 3)
  const near = (place: number) =>
    marks.some((mark) => Math.abs(mark - place) <= reach(marks.length))
  const shown = around.length <= OPERATIONS_MAX ? around : around.filter(near)
  return {
    process,
    operations: shown.map((place) => ({
      ...proofOperation(history.operation(places[place]!), WIDTH),
      inProof: isProof(place),
    })),
    omitted: around.length - shown.length,
  }
}

/** How many operations beside each of the proof are shown, where not all are. */
const reach = (marks: number): number => Math.max(1, Math.floor(OPERATIONS_MAX / marks / 2) - 1)
