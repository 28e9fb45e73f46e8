/**
 * Which classes of cycles there are in one strongly connected component of transactions, each with a cycle that
 * shows it (Adya 1999; Elle, Kingsbury and Alvaro 2020). Whether a class is there follows from components of
 * parts of the graph, in linear time: a cycle of dependencies, one without adjacent anti-dependencies (a cycle of
 * the graph in which a node that an anti-dependency led to is left by dependencies alone), any cycle. A class that
 * implies another one that is found in the same component suppresses it. Where one of a cycle's anti-dependencies may be
 * enough (G-single) is asked of 32 of them at once (`returns.ts`). Only the search for the shortest cycle has a
 * budget; the one that is shown then is the shortest through one of its edges.
 */
import { type Components, components, isCyclic } from './components.ts'
import { type Digraph, digraph } from './digraph.ts'
import { Edges } from './edges.ts'
import { isSimple, Paths, type Rules, type Step } from './paths.ts'
import { PASS, PROCESS, REALTIME, RW, WR, WW } from './relations.ts'
import { returning } from './returns.ts'

export interface Cycle {
  readonly type: string
  /** Empty when no cycle was asked for. */
  readonly steps: readonly Step[]
}

/** Orders that a class may add to the dependencies, and what is added to its name. */
const orders = [
  { suffix: '', order: 0, newest: 0 },
  { suffix: '-process', order: PROCESS, newest: PROCESS },
  { suffix: '-realtime', order: PROCESS | REALTIME, newest: REALTIME },
]

/** Edges that may be looked at for a shorter cycle once there is one. */
const BUDGET = 400_000

/**
 * The classes of a component, the worst first. @param wanted whether a cycle of a class is to be shown
 * O(nodes + edges), and what the cycles cost
 */
export const classesOf = (graph: Digraph, wanted: (type: string) => boolean): readonly Cycle[] =>
  new Classes(graph, wanted).all()

class Classes {
  private readonly cycles: Cycle[] = []
  private readonly paths: Paths
  /** What was found, with these orders or fewer. */
  private writes = false
  private dependencies = false
  private single = false
  private nonadjacent = false
  private adjacent = false

  constructor(
    private readonly graph: Digraph,
    private readonly wanted: (type: string) => boolean,
  ) {
    this.paths = new Paths(graph)
  }

  all(): readonly Cycle[] {
    const kinds = this.graph.relation.reduce((all, one) => all | one, 0)
    for (const { suffix, order, newest } of orders) {
      if ((kinds & newest) !== newest) continue
      this.ofDependencies(suffix, order)
      if (!this.single) this.ofAntiDependencies(suffix, order)
    }
    return this.cycles
  }

  private ofDependencies(suffix: string, order: number): void {
    if (this.writes) return
    const writes = components(this.graph, WW | order | PASS)
    if (isCyclic(writes)) {
      this.writes = true
      this.show(`G0${suffix}`, this.within(writes, WW), WW | order)
      return
    }
    if (this.dependencies) return
    const reads = this.within(components(this.graph, WW | WR | order | PASS), WR)
    if (reads.length === 0) return
    this.dependencies = true
    this.show(`G1c${suffix}`, reads, WW | WR | order)
  }

  private ofAntiDependencies(suffix: string, order: number): void {
    const relations = WW | WR | RW | order
    const every = this.within(components(this.graph, relations | PASS), RW)
    if (every.length === 0) return
    const apart = this.apart(relations)
    if (apart.length > 0) {
      const along = components(this.graph, WW | WR | order | PASS)
      const pairs = apart.map((edge) => [this.beginning(edge), this.graph.to[edge]!] as const)
      const { closing } = returning(this.graph, along, WW | WR | order | PASS, pairs, BUDGET)
      if (closing.length > 0) {
        this.single = true
        const edges = closing.map((place) => apart[place]!)
        this.show(`G-single-item${suffix}`, edges, relations, { single: true })
        return
      }
      if (!this.nonadjacent && this.simple(apart, relations, along)) {
        this.nonadjacent = true
        this.show(`G-nonadjacent-item${suffix}`, apart, relations, { adjacent: false })
      }
    }
    if (this.adjacent || this.nonadjacent) return
    this.adjacent = true
    this.show(`G2-item${suffix}`, every, relations)
  }

  /** Edges of a relation that stay in their component. */
  private within({ of }: Components, relation: number): readonly number[] {
    const { size, offset, to, relation: relations } = this.graph
    const found: number[] = []
    for (let node = 0; node < size; node++)
      for (let edge = offset[node]!; edge < offset[node + 1]!; edge++)
        if (relations[edge] === relation && of[node] === of[to[edge]!]) found.push(edge)
    return found
  }

  /** Anti-dependencies on closed walks without adjacent ones. */
  private apart(relations: number): readonly number[] {
    const { size, offset, to, relation } = this.graph
    const edges = new Edges(size * 2)
    for (let node = 0; node < size; node++)
      for (let edge = offset[node]!; edge < offset[node + 1]!; edge++) {
        const kind = relation[edge]!
        if (((relations | PASS) & kind) === 0) continue
        const target = to[edge]! * 2
        if (kind === RW) edges.add(node * 2, target + 1, kind)
        else {
          edges.add(node * 2, target, kind)
          edges.add(node * 2 + 1, kind === PASS ? target + 1 : target, kind)
        }
      }
    const { of } = components(digraph(size * 2, edges), relations | PASS)
    const found: number[] = []
    for (let node = 0; node < size; node++)
      for (let edge = offset[node]!; edge < offset[node + 1]!; edge++)
        if (relation[edge] === RW && of[node * 2] === of[to[edge]! * 2 + 1]) found.push(edge)
    return found
  }

  /**
   * Whether one of the closed walks is a cycle through each transaction once: always where the dependencies
   * alone have no cycle, which would be worse and part of the walk.
   */
  private simple(edges: readonly number[], relations: number, along: Components): boolean {
    if (!isCyclic(along)) return true
    const steps = this.shortest(edges, { relations: relations | PASS, adjacent: false })
    return steps !== undefined && isSimple(steps)
  }

  private show(
    type: string,
    edges: readonly number[],
    relations: number,
    rules: Partial<Rules> = {},
  ): void {
    const all = { relations: relations | PASS, adjacent: true, ...rules }
    const steps = this.wanted(type) ? this.shortest(edges, all)! : []
    this.cycles.push({ type, steps })
  }

  /** The shortest cycle through one of some edges, as far as the budget goes. */
  private shortest(edges: readonly number[], rules: Rules): readonly Step[] | undefined {
    const { paths } = this
    const least = rules.adjacent ? 2 : 4
    const until = paths.looks + BUDGET
    let best: readonly Step[] | undefined
    for (const edge of edges) {
      const below = best?.length ?? Number.POSITIVE_INFINITY
      best = paths.cycle(this.beginning(edge), edge, rules, below) ?? best
      if (best !== undefined && (best.length === least || paths.looks > until)) break
    }
    return best
  }

  /** The node that an edge begins at. */
  private beginning(edge: number): number {
    const { offset } = this.graph
    let [low, high] = [0, this.graph.size]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (offset[middle]! <= edge) low = middle
      else high = middle
    }
    return low
  }
}
