/**
 * Cycles of transactions: finds the components that have any, names the classes of each, and tells the shortest
 * cycle of a class with the reason of each of its edges. Each one is proved again, by other code and from the
 * transactions alone, before it is told.
 */
import type { Edge } from '../checker.ts'
import type { Meter } from '../limits.ts'
import { type Cycle, classesOf } from './classes.ts'
import { indexOf, type Transactions } from './columns.ts'
import { components } from './components.ts'
import { bytesOfDigraph, type Digraph, digraph, renumbered } from './digraph.ts'
import type { Edges } from './edges.ts'
import { ordersOf } from './orders.ts'
import type { Step } from './paths.ts'
import { EVERY, PROCESS, REALTIME, relationName } from './relations.ts'
import { residueOf } from './residue.ts'
import type { Tally } from './tally.ts'
import { proved } from './verify.ts'
import { indexesOf } from './words.ts'

/** Steps of a long cycle that are told in words. */
const [FIRST, LAST] = [8, 3]

/** Why one transaction comes before another one. */
export interface Reason {
  /** In words, given what the two are called. */
  readonly why: (from: string, to: string) => string
  /** Transactions whose reads show it, beside these two. */
  readonly witnesses: readonly number[]
}

/** How the dependencies of a data type are explained and proved; the orders of processes and time are here. */
export interface Theory {
  readonly reason: (step: Step) => Reason
  /** Whether the transactions alone, with the witnesses, prove the dependency. */
  readonly proves: (step: Step, witnesses: readonly number[]) => boolean
}

/** Tells all classes of cycles. O(transactions + edges) but for what the cycles cost. @throws OutOfLimits */
export const findCycles = (
  transactions: Transactions,
  edges: Edges,
  theory: Theory,
  tally: Tally,
  meter: Meter,
): void => {
  meter.hold(edges.bytes)
  const dependencies = digraph(edges.nodes, edges)
  meter.hold(bytesOfDigraph(dependencies) + transactions.size * 28)
  const residue = residueOf(dependencies, ordersOf(transactions))
  if (residue === undefined) return
  const { graph, node } = residue
  meter.hold(bytesOfDigraph(graph) + graph.size * 36)
  for (const nodes of tangles(graph)) {
    meter.poll()
    const component = renumbered(graph, nodes.own, nodes.number)
    for (const { type, steps } of classesOf(component, (one) => tally.wants(one))) {
      const global = (one: number): number => node[nodes.own[one]!]!
      const cycle = {
        type,
        steps: steps.map((step) => ({ ...step, from: global(step.from), to: global(step.to) })),
      }
      tally.add(type, () => tell(transactions, cycle, theory))
    }
  }
}

/** The components of more than one node, the smallest first. */
const tangles = (
  graph: Digraph,
): readonly { readonly own: Int32Array; readonly number: Int32Array }[] => {
  const { count, start, nodes } = components(graph, EVERY)
  const number = new Int32Array(graph.size)
  const found: Int32Array[] = []
  for (let component = 0; component < count; component++) {
    const own = nodes.subarray(start[component]!, start[component + 1]!)
    for (let at = 0; at < own.length; at++) number[own[at]!] = at
    if (own.length > 1) found.push(own)
  }
  return found.sort((a, b) => a.length - b.length).map((own) => ({ own, number }))
}

const tell = (
  transactions: Transactions,
  { type, steps }: Cycle,
  theory: Theory,
): {
  readonly summary: string
  readonly ops: readonly number[]
  readonly edges: readonly Edge[]
} => {
  const all: Theory = {
    ...theory,
    reason: (step) =>
      step.relation === PROCESS || step.relation === REALTIME
        ? inOrder(transactions, step)
        : theory.reason(step),
  }
  const reasons = steps.map(all.reason)
  const witnesses = reasons.flatMap((reason) => reason.witnesses)
  proved(transactions, type, steps, (step) => theory.proves(step, witnesses))
  const names = new Map(steps.map(({ from }, place) => [from, `T${place + 1}`]))
  const name = (one: number): string => names.get(one)!
  const whys = steps.map(({ from, to }, place) => reasons[place]!.why(name(from), name(to)))
  const lines = steps.map(
    ({ from, to }, place) => `${name(from)} < ${name(to)}, because ${whys[place]}`,
  )
  const called = [...names].map(
    ([one, short]) => `${short} is operation ${indexOf(transactions, one)}`,
  )
  return {
    summary: `${shortened(lines, 0).join('; ')}: a contradiction (${shortened(called, 1).join(', ')})`,
    ops: indexesOf(transactions, [...names.keys(), ...witnesses]),
    edges: steps.map(({ from, to, relation }, place) => ({
      from: indexOf(transactions, from),
      to: indexOf(transactions, to),
      relation: relationName(relation),
      why: whys[place]!,
    })),
  }
}

/** The first and the last of very many steps, or of what they speak of; the edges hold all. @param more at the beginning */
const shortened = (all: readonly string[], more: number): readonly string[] => {
  const [first, last] = [all.slice(0, FIRST + more), all.slice(-LAST)]
  const between = all.length - first.length - last.length
  return between <= FIRST ? all : [...first, `… ${between} more …`, ...last]
}

const inOrder = (
  { process, history, completed, invoked }: Transactions,
  { from, to, relation }: Step,
): Reason => ({
  witnesses: [],
  why: (one, other) =>
    relation === PROCESS
      ? `process ${process[from]} performed ${one} before ${other}`
      : `${one} had ended (${history.moment(completed[from]!)}) before ${other} began ` +
        `(${history.moment(invoked[to]!)})`,
})
