/**
 * A proof whose order contradicts itself, as a graph: its operations in the order of the cycle, and an edge
 * for each "must come before", with the reason in words. Where a checker gives more edges than the cycle
 * (what the cycle's edges follow from), those are told and not drawn: the cycle is what must be seen.
 */
import type { Edge } from '../../checkers/checker.ts'
import type { Proof } from './proof.ts'
import { line } from './text.ts'

export interface Graph {
  readonly nodes: readonly {
    readonly index: number
    /** `T1` …: how the reasons and the drawing call it. */
    readonly name: string
    readonly label: string
    readonly outcome: 'ok' | 'fail' | 'info'
  }[]
  /** Nodes by number; those of the cycle in its order. */
  readonly cycle: readonly GraphEdge[]
  /** What the cycle's edges follow from. */
  readonly support: readonly GraphEdge[]
}

export interface GraphEdge {
  readonly from: number
  readonly to: number
  readonly relation: string
  readonly why: string
}

/** Beyond this a ring cannot be read; the list of reasons can. */
const NODES_MAX = 40
const SUPPORT_MAX = 100

/** The graph of a proof; undefined for one without a cycle, or too large a one. */
export const graph = ({ anomaly, operations }: Proof): Graph | undefined => {
  const edges = anomaly.edges ?? []
  const cycle = cycleOf(edges)
  if (cycle === undefined || cycle.length > NODES_MAX) return undefined
  const known = new Map(operations.map((operation) => [operation.index, operation]))
  const numbers = [...new Set(edges.flatMap(({ from, to }) => [from, to]))]
  const order = [...cycle.map(({ from }) => from), ...numbers]
  const indexes = [...new Set(order)].slice(0, NODES_MAX)
  const place = new Map(indexes.map((index, at) => [index, at]))
  const told = (some: readonly Edge[]): GraphEdge[] =>
    some.flatMap(({ from, to, relation, why }) => {
      const [start, end] = [place.get(from), place.get(to)]
      return start === undefined || end === undefined
        ? []
        : [{ from: start, to: end, relation: line(relation, 24), why: line(why, 1000) }]
    })
  return {
    nodes: indexes.map((index, at) => {
      const operation = known.get(index)
      const key = operation === undefined || operation.key === '' ? '' : `${operation.key}: `
      return {
        index,
        name: `T${at + 1}`,
        label:
          operation === undefined
            ? `operation ${index}`
            : `${key}${operation.f} ${operation.value}`,
        outcome: operation?.outcome ?? 'info',
      }
    }),
    cycle: told(cycle),
    support: told(edges.slice(cycle.length, cycle.length + SUPPORT_MAX)),
  }
}

/** The edges from the first one on until they lead back to where they began. */
const cycleOf = (edges: readonly Edge[]): readonly Edge[] | undefined => {
  const [first] = edges
  if (first === undefined) return undefined
  for (let at = 0; at < edges.length; at++) {
    if (at > 0 && edges[at]!.from !== edges[at - 1]!.to) return undefined
    if (edges[at]!.to === first.from) return edges.slice(0, at + 1)
  }
  return undefined
}
