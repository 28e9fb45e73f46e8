/** Sorts the nodes of an order topologically, and finds cycles where that is not possible. */
import { NONE } from '../history.ts'
import type { Order } from './order.ts'

/**
 * All nodes in an order that respects the edges, or a short cycle, its first node once more at its end. Of the heads that could come
 * next, the one of the smallest rank comes first; other nodes come as soon as they can. O(n log n).
 * @param rank by block; without it heads come in any order, in O(n)
 */
export const sort = (order: Order, rank?: Float64Array): Int32Array | readonly number[] => {
  const sorting = new Sorting(order, rank)
  sorting.goOn()
  return sorting.size === order.nodes ? sorting.sorted : sorting.cycle()
}

/** How many cycles are broken before a guess is given up. */
const CYCLES = 64

/**
 * Sorts with guessed edges, from number `guessed` on: an order that respects all, or else one guessed edge
 * of each of some cycles, the cheapest one.
 */
export const sortGuessed = (
  order: Order,
  guessed: number,
  cost: (edge: number) => number,
): Int32Array | readonly number[] => {
  const sorting = new Sorting(order, undefined)
  const broken: number[] = []
  for (;;) {
    sorting.goOn()
    if (sorting.size === order.nodes) return broken.length === 0 ? sorting.sorted : broken
    let cheapest: number | undefined
    for (const edge of order.along(sorting.cycle()))
      if (edge >= guessed && (cheapest === undefined || cost(edge) < cost(cheapest)))
        cheapest = edge
    if (cheapest === undefined) return broken
    broken.push(cheapest)
    if (broken.length === CYCLES) return broken
    order.leaveOut(cheapest)
    sorting.release(order.blocks.head[order.after[cheapest]!]!)
  }
}

/** Kahn's algorithm, which can go on after an edge was left out. */
class Sorting {
  readonly sorted: Int32Array
  size = 0
  /** How many nodes each one still waits for. */
  private readonly waits: Int32Array
  /** No node before this one waits. */
  private firstWaiting = 0
  private readonly ready: number[] = []
  private readonly heads: Heap | undefined

  constructor(
    private readonly order: Order,
    rank: Float64Array | undefined,
  ) {
    this.sorted = new Int32Array(order.nodes)
    this.waits = new Int32Array(order.nodes)
    this.heads = rank && new Heap(rank)
    const count = (to: number): void => {
      this.waits[to]!++
    }
    for (let node = 0; node < order.nodes; node++) order.each(node, count)
    for (let node = 0; node < order.nodes; node++) if (this.waits[node] === 0) this.open(node)
  }

  goOn(): void {
    const { order } = this
    const after = (to: number): void => this.release(to)
    for (;;) {
      const next = this.ready.pop() ?? order.blocks.head[this.heads?.pop() ?? NONE]
      if (next === undefined) return
      this.sorted[this.size++] = next
      order.each(next, after)
    }
  }

  /** One node less to wait for. */
  release(node: number): void {
    if (--this.waits[node]! === 0) this.open(node)
  }

  /**
   * A short cycle of waiting nodes. Each waits for another one, so going back from any of them leads into a
   * round; and what a round waits for is little, so that the shortest way round is soon found.
   */
  cycle(): readonly number[] {
    const { order, waits } = this
    while (waits[this.firstWaiting]! <= 0) this.firstWaiting++
    const met = new Set<number>()
    let node = this.firstWaiting
    while (!met.has(node)) {
      met.add(node)
      order.eachBefore(node, (from) => {
        if (waits[from]! > 0) node = from
      })
    }
    const next = new Map<number, number>()
    const queue = [node]
    for (let at = 0; !next.has(node); at++) {
      const to = queue[at]!
      order.eachBefore(to, (from) => {
        if (waits[from]! <= 0 || next.has(from)) return
        next.set(from, to)
        queue.push(from)
      })
    }
    const cycle = [node]
    do cycle.push(next.get(cycle.at(-1)!)!)
    while (cycle.at(-1) !== node)
    return cycle
  }

  private open(node: number): void {
    const { block, head } = this.order.blocks
    const own = block[node] ?? NONE
    if (this.heads !== undefined && own !== NONE && head[own] === node) this.heads.push(own)
    else this.ready.push(node)
  }
}

/** Blocks by rank, the smallest first. */
class Heap {
  private readonly items: number[] = []

  constructor(private readonly rank: Float64Array) {}

  push(block: number): void {
    const { items, rank } = this
    let at = items.push(block) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (rank[items[parent]!]! <= rank[block]!) break
      items[at] = items[parent]!
      at = parent
    }
    items[at] = block
  }

  pop(): number | undefined {
    const { items, rank } = this
    const [top] = items
    const last = items.pop()
    if (items.length === 0 || last === undefined) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= items.length) break
      if (child + 1 < items.length && rank[items[child + 1]!]! < rank[items[child]!]!) child++
      if (rank[items[child]!]! >= rank[last]!) break
      items[at] = items[child]!
      at = child
    }
    items[at] = last
    return top
  }
}
