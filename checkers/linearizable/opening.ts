/**
 * What is decided before any search, and what is left to it. Of registers, in linear time: keys whose
 * installed values never repeat by their blocks, and of the others those that the refuter refutes. Of
 * collections, in near-linear time, those into which every element is put once (../collections).
 */
import type { Anomaly, Limits } from '../checker.ts'
import { settle } from '../collections/collections.ts'
import type { History } from '../history.ts'
import { poll } from '../limits.ts'
import type { Model, RegisterSettings } from '../model.ts'
import { keyAt, type Registers, registers as registersOf } from '../registers/registers.ts'
import { Blocks } from './blocks.ts'
import { Chains } from './chains.ts'
import { classified, keyOps } from './columns.ts'
import { undecidedByDiffering } from './differs.ts'
import { classes, NEVER, parts } from './part.ts'
import { type Problem, problemOf } from './problem.ts'
import { proofOf } from './proof.ts'
import { refuted } from './refuted.ts'
import { refute } from './refuter.ts'
import type { Undecided } from './turns.ts'
import { accepted } from './zones.ts'

/** What a judgment begins with. */
export interface Opening<O> {
  readonly operations: number
  readonly indeterminate: number
  readonly keys: number
  /** How many keys were found to violate, and the proofs of the first of them. */
  readonly violations: number
  readonly anomalies: readonly Anomaly[]
  /** What is left to the search; nothing where a violation is found. */
  readonly undecided: readonly Undecided<O>[]
}

/** Of so many keys at most the proofs are told. */
const MOST_SHOWN = 10

/** What an event takes in the columns of registers and their versions, about. */
const COLUMNS_BYTES = 32

/** @throws NotInModel @throws OutOfLimits */
export const open = <S, O>(history: History, model: Model<S, O>, limits: Limits): Opening<O> =>
  model.registers === undefined
    ? openParts(history, model, limits)
    : openRegisters(history, model, model.registers, limits)

const openParts = <S, O>(history: History, model: Model<S, O>, limits: Limits): Opening<O> => {
  const all = parts(history, model)
  let operations = 0
  let indeterminate = 0
  for (const { end } of all) {
    operations += end.length
    indeterminate += count(end, NEVER)
  }
  const settled = all.map((part) => settle(history, part, model, limits))
  const findings = settled.flatMap((one) => ('prove' in one ? [one] : []))
  const left = settled.flatMap((one) => ('left' in one ? one.left : []))
  return {
    ...{ operations, indeterminate, keys: all.length, violations: findings.length },
    anomalies: findings.slice(0, MOST_SHOWN).map(({ prove }) => prove()),
    undecided:
      findings.length > 0
        ? []
        : left.map((part) => ({
            size: part.ops.length,
            begin: () => ({ part, classes: classes(part, model) }),
          })),
  }
}

const openRegisters = <S, O>(
  history: History,
  model: Model<S, O>,
  settings: RegisterSettings,
  limits: Limits,
): Opening<O> => {
  poll(limits, history.length * COLUMNS_BYTES)
  const plain = accepted(history, settings, limits)
  if (plain !== undefined) {
    const { operations, indeterminate, keys } = plain
    return { operations, indeterminate, keys, violations: 0, anomalies: [], undecided: [] }
  }
  const all = registersOf(history, settings)
  const chains = new Chains(all, limits)
  const left = undecidedKeys(chains)
  const pollChains = (): void => chains.poll(all.size * 16)
  const refutations = left.size === 0 ? new Map() : refute(all, left, pollChains)
  const ops = left.size === 0 ? [] : keyOps(all, left)
  const findings = [
    ...[...chains.contradictions.values()].map((contradiction) => ({
      at: last(all, contradiction.ops),
      prove: () => proofOf(chains, contradiction, model, limits),
    })),
    ...ops.flatMap((one) => {
      const refutation = refutations.get(one.key)
      if (refutation === undefined) return []
      const whole = (): Problem<S, O> => problemOf(classified(all, model, one), model)
      const prove = (): Anomaly => refuted(all, refutation, whole, model, limits)
      return [{ at: all.start[refutation.observer]!, prove }]
    }),
  ].sort((a, b) => a.at - b.at)
  return {
    operations: all.size,
    indeterminate: count(all.end, NEVER),
    keys: keysOf(all),
    violations: findings.length,
    anomalies: findings.slice(0, MOST_SHOWN).map(({ prove }) => prove()),
    undecided:
      findings.length > 0
        ? []
        : ops.map((one) => ({ size: one.ops.length, begin: () => classified(all, model, one) })),
  }
}

/** The keys that their blocks do not decide. */
const undecidedKeys = (chains: Chains): ReadonlySet<number> => {
  const { repeats } = chains
  const left = new Set<number>()
  for (let key = 0; key < repeats.length; key++) if (repeats[key] === 1) left.add(key)
  if (left.size === repeats.length) return left
  const blocks = new Blocks(chains)
  for (const key of undecidedByDiffering(chains, blocks)) left.add(key)
  return left
}

/** The last invocation of some operations. */
const last = ({ start }: Registers, ops: readonly number[]): number =>
  ops.reduce((latest, op) => Math.max(latest, start[op]!), -1)

/** How many keys have operations. */
const keysOf = ({ history, start, versions }: Registers): number => {
  if (versions.keys === 1) return Math.min(1, start.length)
  const seen = new Uint8Array(versions.keys)
  for (let op = 0; op < start.length; op++) seen[keyAt(history, start[op]!)] = 1
  return count(seen, 1)
}

const count = (column: Int32Array | Uint8Array, wanted: number): number => {
  let found = 0
  for (let at = 0; at < column.length; at++) if (column[at] === wanted) found++
  return found
}
