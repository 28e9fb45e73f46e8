/**
 * For tests: consistency levels of register histories carried out literally, by trying all causal orders,
 * arbitrations, visible sets and sources. For about six operations. Values may repeat, and indeterminate
 * operations may have happened or not: every choice is tried.
 */
import type { History } from '../history.ts'
import { type Primitive, primitive } from '../model.ts'
import casRegister from '../models/cas-register.ts'

export interface Op {
  readonly process: number
  readonly key: unknown
  readonly observed?: Primitive
  readonly installed?: Primitive
  readonly differs?: Primitive
}

/** The operations that happened, in the order of their invocations, for every choice of those that may have. */
export const choices = (history: History): Op[][] => {
  let all: Op[][] = [[]]
  for (const { invoke, completion, outcome } of history.operations()) {
    const op = casRegister.operation({
      process: invoke.process as number,
      f: invoke.f,
      value: invoke.value,
      outcome,
      result: completion?.value,
      error: completion?.error !== undefined,
    })
    if (op === undefined) continue
    const one: Op = {
      process: invoke.process as number,
      key: invoke.key,
      ...(op.f === 'read' ? { observed: op.value } : {}),
      ...(op.f === 'write' ? { installed: op.value } : {}),
      ...(op.f === 'cas' ? { observed: op.from, installed: op.to } : {}),
      ...(op.f === 'differs' ? { differs: op.from } : {}),
    }
    const happened = all.map((ops) => [...ops, one])
    all = outcome === 'info' ? [...all, ...happened] : happened
  }
  return all
}

const nothing = primitive(null)
/** Whether an operation may have observed the value. */
export const observes = ({ observed, differs }: Op, value: Primitive): boolean =>
  (observed === undefined || observed === value) && (differs === undefined || differs !== value)

const before = (ops: readonly Op[], a: number, b: number): boolean =>
  a < b && ops[a]!.process === ops[b]!.process

/**
 * Whether the operations of a set can be put in an order that holds a relation, in which those that are
 * asked for observe the last value written to their key.
 */
const someOrder = (
  ops: readonly Op[],
  set: number,
  precedes: (a: number, b: number) => boolean,
  asked: (op: number) => boolean,
): boolean => {
  const go = (left: number, state: ReadonlyMap<unknown, Primitive>): boolean => {
    if (left === 0) return true
    return ops.some((op, at) => {
      if ((left & (1 << at)) === 0) return false
      if (ops.some((_, other) => (left & (1 << other)) !== 0 && precedes(other, at))) return false
      if (asked(at) && !observes(op, state.get(op.key) ?? nothing)) return false
      const after = op.installed === undefined ? state : new Map(state).set(op.key, op.installed)
      return go(left & ~(1 << at), after)
    })
  }
  return go(set, new Map())
}

/** Whether one operation is explained by those before it in the causal order, placed in this order. */
type Explained = (
  ops: readonly Op[],
  op: number,
  past: readonly number[],
  order: readonly number[],
) => boolean

/**
 * Whether there is a causal order, a strict partial order that holds program order, in which every
 * operation is explained. Operations are placed one by one, each after a set of those placed before it
 * that holds with every operation all that precedes it.
 */
const someCausalOrder = (ops: readonly Op[], explained: Explained): boolean => {
  const place = (order: readonly number[], past: readonly number[], placed: number): boolean => {
    if (order.length === ops.length) return true
    return ops.some((_, op) => {
      if ((placed & (1 << op)) !== 0) return false
      let own = 0
      for (let other = 0; other < op; other++) if (before(ops, other, op)) own |= 1 << other
      if ((own & placed) !== own) return false
      for (let set = placed; ; set = (set - 1) & placed) {
        const closed = order.every((at) => (set & (1 << at)) === 0 || (past[at]! & ~set) === 0)
        if (closed && (set & own) === own) {
          const pasts = past.with(op, set)
          const next = [...order, op]
          if (explained(ops, op, pasts, next) && place(next, pasts, placed | (1 << op))) return true
        }
        if (set === 0) return false
      }
    })
  }
  return place([], new Array<number>(ops.length).fill(0), 0)
}

const inPast =
  (past: readonly number[]) =>
  (a: number, b: number): boolean =>
    (past[b]! & (1 << a)) !== 0

/** CC: some order of its causal past explains the operation. */
const explainedAlone: Explained = (ops, op, past) =>
  someOrder(ops, past[op]! | (1 << op), inPast(past), (at) => at === op)

/** CM: some order of its causal past explains the operation and those before it in its session. */
const explainedInMemory: Explained = (ops, op, past) =>
  someOrder(ops, past[op]! | (1 << op), inPast(past), (at) => at === op || before(ops, at, op))

/** CCv: the order of all explains the operation by its causal past. */
const explainedByAll: Explained = (ops, op, past, order) => {
  let value = nothing
  for (const at of order) {
    const { key, installed } = ops[at]!
    if (inPast(past)(at, op) && key === ops[op]!.key && installed !== undefined) value = installed
  }
  return observes(ops[op]!, value)
}

const level =
  (explained: Explained) =>
  (history: History): boolean =>
    choices(history).some((ops) => someCausalOrder(ops, explained))

export const causal = level(explainedAlone)
export const causalMemory = level(explainedInMemory)
export const causalConvergence = level(explainedByAll)

/** PRAM: for each session some order of all writes and its own reads that holds program order of all. */
export const pram = (history: History): boolean =>
  choices(history).some((ops) =>
    ops.every(({ process }) => {
      const own = (at: number): boolean => ops[at]!.process === process
      const set = ops.reduce(
        (all, op, at) => (own(at) || op.installed !== undefined ? all | (1 << at) : all),
        0,
      )
      return someOrder(ops, set, (a, b) => before(ops, a, b), own)
    }),
  )

/**
 * Consistent prefix: some order of the writes that holds program order of the writes of each session, in
 * which compare-and-sets observe what stands before them, and for each session growing prefixes of it that
 * explain its reads.
 */
export const consistentPrefix = (history: History): boolean =>
  choices(history).some((ops) => {
    const writes = ops.flatMap(({ installed }, at) => (installed === undefined ? [] : [at]))
    return orders(writes).some((order) => {
      if (order.some((b, at) => order.slice(at).some((a) => before(ops, a, b)))) return false
      const value = (key: unknown, length: number): Primitive => {
        const last = order.slice(0, length).findLast((at) => ops[at]!.key === key)
        return last === undefined ? nothing : ops[last]!.installed!
      }
      if (order.some((op, at) => !observes(ops[op]!, value(ops[op]!.key, at)))) return false
      const least = new Map<number, number>()
      return ops.every((op) => {
        if (op.installed !== undefined) return true
        let length = least.get(op.process) ?? 0
        while (length <= order.length && !observes(op, value(op.key, length))) length++
        least.set(op.process, length)
        return length <= order.length
      })
    })
  })

/** All orders of some numbers. */
export const orders = (all: readonly number[]): number[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one) =>
        orders(all.filter((other) => other !== one)).map((rest) => [one, ...rest]),
      )
