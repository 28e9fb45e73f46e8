/**
 * For tests: the session guarantees carried out literally, by trying all sources, orders of the writes and
 * sets of visible writes. For about six operations.
 */
import type { History } from '../history.ts'
import type { Primitive } from '../model.ts'
import { choices, type Op, observes, orders } from './causal-oracle.ts'

/** The operations with what each one observed: the place of a write, or -1 for the initial value. */
interface Explained {
  readonly ops: readonly Op[]
  readonly source: readonly (number | undefined)[]
}

/** A guarantee: what the order of the writes and the sets of visible ones must hold. */
interface Guarantee {
  /** Whether what is visible to a read stays visible to the session's later ones. */
  readonly monotonic: boolean
  /** Whether the own earlier writes are visible to a read. */
  readonly own: boolean
  /** Whether a must come before b for the session, and be visible where b is. */
  readonly paired: (explained: Explained, a: number, b: number, session: number) => boolean
}

const sameSession = (ops: readonly Op[], a: number, b: number): boolean =>
  ops[a]!.process === ops[b]!.process

const writes = ({ installed }: Op): boolean => installed !== undefined

/** Whether a session read from a and then wrote b, or did both at once. */
const readThenWrote = ({ ops, source }: Explained, a: number, b: number): boolean =>
  writes(ops[b]!) && ops.some((_, r) => r <= b && sameSession(ops, r, b) && source[r] === a)

const wroteThenWrote = ({ ops }: Explained, a: number, b: number): boolean =>
  a < b && sameSession(ops, a, b) && writes(ops[a]!) && writes(ops[b]!)

const guarantees = {
  'monotonic-reads': { monotonic: true, own: false, paired: () => false },
  'monotonic-writes': { monotonic: true, own: false, paired: wroteThenWrote },
  'writes-follow-reads': { monotonic: true, own: false, paired: readThenWrote },
  // Only the order: nothing is visible because of these pairs.
  'read-your-writes': {
    monotonic: false,
    own: true,
    paired: (explained, a, b, session) =>
      explained.ops[b]!.process === session &&
      (wroteThenWrote(explained, a, b) || readThenWrote(explained, a, b)),
  },
} satisfies Record<string, Guarantee>

/** Whether a history of registers holds one of the four. */
export const guaranteed = (name: keyof typeof guarantees, history: History): boolean =>
  choices(history).some((ops) =>
    sources(ops).some((source) => {
      const processes = [...new Set(ops.map(({ process }) => process))]
      return processes.every((session) => explains({ ops, source }, session, guarantees[name]))
    }),
  )

const sources = (ops: readonly Op[]): (number | undefined)[][] =>
  ops.reduce<(number | undefined)[][]>(
    (all, op, at) => {
      if (op.observed === undefined && op.differs === undefined)
        return all.map((one) => [...one, undefined])
      const from = ops.flatMap(({ key, installed }, other) =>
        other !== at && key === op.key && installed !== undefined && observes(op, installed)
          ? [other]
          : [],
      )
      const initial: Primitive = null
      if (observes(op, initial)) from.push(-1)
      return all.flatMap((one) => from.map((source) => [...one, source]))
    },
    [[]],
  )

const explains = (explained: Explained, session: number, guarantee: Guarantee): boolean => {
  const { ops } = explained
  const all = ops.flatMap((op, at) => (writes(op) ? [at] : []))
  return orders(all).some((order) => {
    const pairs = all.flatMap((a) =>
      all.flatMap((b) => (guarantee.paired(explained, a, b, session) ? [[a, b] as const] : [])),
    )
    if (pairs.some(([a, b]) => order.indexOf(a) >= order.indexOf(b))) return false
    const reads = ops.flatMap(({ process }, at) =>
      process === session && explained.source[at] !== undefined ? [at] : [],
    )
    return visible(explained, guarantee, order, pairs, reads, 0)
  })
}

/** Whether sets of visible writes explain the reads, the first of which sees at least `least`. */
const visible = (
  explained: Explained,
  guarantee: Guarantee,
  order: readonly number[],
  pairs: readonly (readonly [number, number])[],
  reads: readonly number[],
  least: number,
): boolean => {
  const [read, ...later] = reads
  if (read === undefined) return true
  const { ops, source } = explained
  for (let set = 0; set < 1 << ops.length; set++) {
    if ((set & least) !== least) continue
    if (ops.some((op, at) => has(set, at) && !writes(op))) continue
    const closed = guarantee.own || pairs.every(([a, b]) => !has(set, b) || has(set, a))
    const own = ops.every(
      (op, at) =>
        !guarantee.own || at >= read || !writes(op) || !sameSession(ops, at, read) || has(set, at),
    )
    const last = order.findLast((at) => has(set, at) && ops[at]!.key === ops[read]!.key) ?? -1
    if (!closed || !own || last !== source[read]) continue
    if (visible(explained, guarantee, order, pairs, later, guarantee.monotonic ? set : 0))
      return true
  }
  return false
}

const has = (set: number, at: number): boolean => (set & (1 << at)) !== 0
