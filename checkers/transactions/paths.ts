/**
 * The shortest way round through an edge, by breadth. Nodes that stand for many transactions cost nothing: a way
 * through them is one edge between two transactions, of the relation that led into them. Where no two
 * anti-dependencies may be adjacent, a node that one of them led to is another place than the same node otherwise.
 */
import type { Digraph } from './digraph.ts'
import { PASS, RW } from './relations.ts'

/** One edge of a cycle between transactions. */
export interface Step {
  readonly from: number
  readonly to: number
  readonly relation: number
}

export interface Rules {
  /** The relations that may be gone along. */
  readonly relations: number
  /** Whether two anti-dependencies may follow each other. */
  readonly adjacent: boolean
  /** Whether another anti-dependency than that of the first edge may be part of it at all. */
  readonly single?: boolean
}

export class Paths {
  /** Edges looked at so far. */
  looks = 0
  private readonly stamp: Int32Array
  private readonly distance: Int32Array
  private readonly parent: Int32Array
  private readonly by: Uint8Array
  private run = 0

  constructor(private readonly graph: Digraph) {
    const places = graph.size * 2
    this.stamp = new Int32Array(places)
    this.distance = new Int32Array(places)
    this.parent = new Int32Array(places)
    this.by = new Uint8Array(places)
  }

  /**
   * The shortest cycle that begins with an edge and has less than so many edges, if there is one. O(edges)
   * @param from where the edge begins, a transaction
   */
  cycle(from: number, edge: number, rules: Rules, below: number): readonly Step[] | undefined {
    const { graph, stamp, distance, parent, by } = this
    const { offset, to, relation } = graph
    const relations = rules.single === true ? rules.relations & ~RW : rules.relations
    this.run++
    const first = to[edge]! * 2 + (!rules.adjacent && relation[edge] === RW ? 1 : 0)
    const last = from * 2
    stamp[first] = this.run
    distance[first] = 1
    parent[first] = last
    by[first] = relation[edge]!
    let level = [first]
    for (let length = 1; level.length > 0 && length < below; length++) {
      const following: number[] = []
      for (let at = 0; at < level.length; at++) {
        const place = level[at]!
        if (distance[place] !== length) continue
        const node = place >> 1
        if (node === from && (place === last || rules.adjacent)) return this.steps(place, last)
        const after = place & 1
        const end = offset[node + 1]!
        for (let out = offset[node]!; out < end; out++) {
          const kind = relation[out]!
          if ((kind & relations) === 0) continue
          this.looks++
          if (kind === RW && after === 1) continue
          const passes = kind === PASS
          const state = passes ? after : kind === RW && !rules.adjacent ? 1 : 0
          const target = to[out]! * 2 + state
          const far = passes ? length : length + 1
          if (stamp[target] === this.run && distance[target]! <= far) continue
          stamp[target] = this.run
          distance[target] = far
          parent[target] = place
          by[target] = kind
          if (passes) level.push(target)
          else following.push(target)
        }
      }
      level = following
    }
    return undefined
  }

  private steps(end: number, start: number): readonly Step[] {
    const { parent, by } = this
    const hops: Step[] = []
    let place = end
    do {
      const from = parent[place]!
      hops.push({ from: from >> 1, to: place >> 1, relation: by[place]! })
      place = from
    } while (place !== start)
    const steps: Step[] = []
    for (const { from, to, relation } of hops.toReversed()) {
      const before = steps.at(-1)
      if (relation === PASS && before !== undefined) steps[steps.length - 1] = { ...before, to }
      else steps.push({ from, to, relation })
    }
    return steps
  }
}

/** Whether a cycle goes through every transaction once. */
export const isSimple = (steps: readonly Step[]): boolean =>
  new Set(steps.map(({ from }) => from)).size === steps.length
