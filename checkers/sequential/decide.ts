/**
 * Decides whether a history of registers with unique values is sequentially consistent: guesses the order
 * of the blocks by real time; saturates what must hold; and where that leaves pairs of blocks undecided,
 * takes one after the other, first as guessed, then the other way round. A decision that had no part in
 * a contradiction is not turned round (conflict-directed backjumping; Prosser 1993). The decision is
 * NP-complete (Gibbons and Korach, 1997), so this may be exponential in the undecided pairs alone; where
 * the order follows from the history there are none.
 */
import type { Limits } from '../checker.ts'
import { NONE } from '../history.ts'
import { poll } from '../limits.ts'
import type { Blocks } from './blocks.ts'
import { addAll, blocksIn, latestMoments, realTime } from './guess.ts'
import { Order } from './order.ts'
import { Saturation } from './saturate.ts'
import { sort, sortGuessed } from './sorting.ts'

/** Two blocks of a key in an order. */
type Pair = readonly [before: number, after: number]

/** A chain of operations that must come one after the other. */
export interface Step {
  /** The pair of blocks whose order follows from the chain; without one the chain is a cycle. */
  readonly claim: { readonly before: number; readonly after: number } | undefined
  /** Nodes of the order; the first one comes again at the end of a cycle. */
  readonly nodes: readonly number[]
}

/** Why there is no order: a cycle and what follows from it; without steps, all cases were tried. */
export interface Refutation {
  /** The operations of all contradictions found: among themselves they contradict each other as well. */
  readonly core: ReadonlySet<number>
  readonly steps: readonly Step[] | undefined
}

/** A pair of blocks that was put in order without need. */
interface Level {
  readonly before: number
  readonly after: number
  /** Edges that there were before. */
  readonly kept: number
  edge: number
  /** Once it was turned round: the levels that with it led to a contradiction. */
  blamed: Set<number> | undefined
}

/** How often a guess is repaired before pairs are decided one by one. */
const REPAIRS = 12

export class Decision {
  readonly order: Order
  readonly saturation: Saturation
  /** How many pairs were decided without need. */
  decisions = 0
  private readonly moments: Float64Array
  private readonly levels: Level[] = []
  private readonly levelOf = new Map<number, number>()
  private readonly core = new Set<number>()
  private members: Map<number, number[]> | undefined

  constructor(
    private readonly blocks: Blocks,
    private readonly limits: Limits,
  ) {
    this.order = new Order(blocks)
    this.moments = latestMoments(blocks)
    this.saturation = new Saturation(this.order, this.moments, limits)
  }

  /** An order of all nodes, or why there is none. @throws OutOfLimits */
  run(): Int32Array | Refutation {
    const { saturation } = this
    poll(this.limits, saturation.bytes)
    saturation.begin()
    const asRecorded = this.asRecorded()
    if (asRecorded !== undefined) return asRecorded
    for (;;) {
      const outcome = saturation.round()
      if (typeof outcome !== 'boolean') {
        poll(this.limits, saturation.bytes)
        const { used, steps } = this.explain(outcome)
        if (!this.turn(used)) return { core: this.core, steps: used.size === 0 ? steps : undefined }
        continue
      }
      const doubtful = this.repair()
      if (doubtful instanceof Int32Array) return doubtful
      if (!outcome) this.choose(doubtful)
    }
  }

  /** The order in which a linearizable history has its blocks, where it is one. */
  private asRecorded(): Int32Array | undefined {
    const kept = this.order.added
    addAll(this.order, realTime(this.blocks), this.saturation.stamp)
    const sorted = sort(this.order)
    this.order.undo(kept)
    return sorted instanceof Int32Array ? sorted : undefined
  }

  /**
   * Guesses by real time, and again with the doubtful pairs turned round, a few times. @returns an order,
   * or the doubtful pairs of the first guess
   */
  private repair(): Int32Array | readonly Pair[] {
    const { order, saturation } = this
    const kept = order.added
    let first: readonly Pair[] | undefined
    for (let tries = 0; tries < REPAIRS; tries++) {
      poll(this.limits, saturation.bytes)
      const sorted = sort(order, this.moments)
      if (!(sorted instanceof Int32Array)) break
      const outcome = this.attempt(blocksIn(this.blocks, sorted))
      if (outcome instanceof Int32Array) return outcome
      first ??= outcome
      for (const [before, after] of outcome) order.add(after, before, saturation.stamp)
    }
    order.undo(kept)
    return first!
  }

  /** Sorts with a guessed order; when that fails, the pairs of the guess that stand in the way. */
  private attempt(inOrder: Int32Array): Int32Array | readonly Pair[] {
    const { order, moments } = this
    const kept = order.added
    addAll(order, inOrder, this.saturation.stamp)
    const gap = (edge: number): number =>
      Math.abs(moments[order.after[edge]!]! - moments[order.before[edge]!]!)
    const outcome = sortGuessed(order, kept, gap)
    order.undo(kept)
    if (outcome instanceof Int32Array) return outcome
    return outcome.map((edge) => [order.before[edge]!, order.after[edge]!])
  }

  /** Decides the guessed pairs that are undecided, each the other way round first. */
  private choose(pairs: readonly Pair[]): void {
    const { order } = this
    const isOpen = ([before, after]: Pair): boolean => {
      const head = this.blocks.head[after]!
      return !order.path([order.close(before)], (node) => node === head, Number.POSITIVE_INFINITY)
    }
    const open = pairs.filter(isOpen)
    if (open.length === 0) throw new Error('a guess that follows from an order contradicts it')
    for (const [before, after] of open) {
      this.decisions++
      const level = { before: after, after: before, kept: order.added, edge: NONE }
      this.levels.push({ ...level, blamed: undefined })
      this.put(this.levels.at(-1)!, after, before)
    }
  }

  private put(level: Level, before: number, after: number): void {
    level.edge = this.order.added
    this.levelOf.set(level.edge, this.levels.length - 1)
    this.order.add(before, after, this.saturation.stamp++)
  }

  /** Turns the last decision to blame round. @returns false when none is left */
  private turn(used: Set<number>): boolean {
    const blamed = new Set(used)
    for (let top = this.levels.length - 1; top >= 0; top--) {
      const level = this.levels[top]!
      this.order.undo(level.kept)
      this.levelOf.delete(level.edge)
      if (blamed.delete(top)) {
        if (level.blamed === undefined) {
          level.blamed = blamed
          this.put(level, level.after, level.before)
          return true
        }
        for (const one of level.blamed) blamed.add(one)
      }
      this.levels.pop()
    }
    return false
  }

  /** A cycle with all that its edges follow from, and the decisions used. */
  private explain(cycle: readonly number[]): {
    readonly used: Set<number>
    readonly steps: readonly Step[]
  } {
    const { order } = this
    const used = new Set<number>()
    const steps: Step[] = [{ claim: undefined, nodes: cycle }]
    const claimed = new Set<number>()
    for (const { nodes } of steps) {
      for (const one of nodes) if (one < this.blocks.block.length) this.core.add(one)
      for (const edge of order.along(nodes)) {
        const [before, after] = [order.before[edge]!, order.after[edge]!]
        if (before < this.blocks.keys || claimed.has(edge)) continue
        claimed.add(edge)
        const level = this.levelOf.get(edge)
        if (level === undefined) steps.push(this.derive(before, after, edge))
        else used.add(level)
      }
    }
    return { used, steps }
  }

  /** The chain from one block to the other that an added edge follows from. */
  private derive(before: number, after: number, edge: number): Step {
    const { order, blocks } = this
    const inside = (node: number): boolean => blocks.block[node] === after
    const nodes = order.path(this.membersOf(before), inside, order.stamp[edge]!)
    if (nodes === undefined) throw new Error('an order of blocks follows from nothing')
    return { claim: { before, after }, nodes }
  }

  private membersOf(block: number): readonly number[] {
    if (this.members === undefined) {
      this.members = new Map()
      this.blocks.block.forEach((own, op) => {
        const known = this.members!.get(own)
        if (known === undefined) this.members!.set(own, [op])
        else known.push(op)
      })
    }
    return this.members.get(block)!
  }
}
