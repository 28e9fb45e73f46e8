/**
 * Adds to an order what every legal order must have as well: when an operation of block A must come
 * before one of block B of the same key, all of A must come before all of B. Repeated until nothing
 * changes, this is the saturation of Bouajjani, Enea and Hamza (POPL 2017) and of Zennou, Bouajjani, Enea
 * and Erradi ("Gradual consistency checking", CAV 2019), on blocks instead of single writes. A cycle
 * refutes sequential consistency; without one nothing is proved yet.
 *
 * What reaches a node is one number a process: how many of its operations do. These vector clocks are computed
 * for a few processes at a time, because there may be as many processes as indeterminate operations.
 */
import type { Limits } from '../checker.ts'
import { NONE } from '../history.ts'
import { poll } from '../limits.ts'
import type { Chains } from './blocks.ts'
import type { Order } from './order.ts'
import { sort } from './sorting.ts'

/** Processes whose clocks are computed together. */
const WIDTH = 32

/** Nodes to go through at least: of small histories, all. */
const LEAST_WINDOW = 8192

export class Saturation {
  /** How often all blocks were looked through. */
  rounds = 0
  /** Of the edges added next. */
  stamp = 1
  private readonly clock: Int32Array
  /** By block: operations of each process in blocks known to come before it, and its own. */
  private readonly passed: Int32Array
  private readonly width: number
  private readonly rank: Int32Array
  private readonly lookUps: LookUp[] = []

  constructor(
    private readonly order: Order,
    private readonly moments: Float64Array,
    private readonly limits: Limits,
  ) {
    const { blocks } = order
    this.width = Math.max(1, Math.min(WIDTH, blocks.chains.size))
    this.clock = new Int32Array(order.nodes * this.width)
    this.passed = new Int32Array(blocks.size * this.width)
    this.rank = new Int32Array(order.nodes)
    const key = blocks.block.map((block) => (block === NONE ? NONE : blocks.key[block]!))
    for (let chain = 0; chain < blocks.chains.size; chain += this.width)
      this.lookUps.push(new LookUp(blocks.chains, chain, this.width, key))
  }

  get bytes(): number {
    return (this.clock.length + this.passed.length + this.rank.length) * 4 + this.order.bytes
  }

  /**
   * What the history says at once: the initial block of a key is its first, and blocks of a key that one
   * process used one after the other come in this order. Stamp 0.
   */
  begin(): void {
    const { order } = this
    const { blocks } = order
    for (let block = blocks.keys; block < blocks.size; block++)
      if (blocks.head[block] !== NONE) order.add(blocks.key[block]!, block, 0)
    const { chains, block } = blocks
    const last = new Int32Array(blocks.keys)
    for (let chain = 0; chain < chains.size; chain++) {
      last.fill(NONE)
      for (let at = chains.offset[chain]!; at < chains.offset[chain + 1]!; at++) {
        const now = block[chains.op[at]!]!
        if (now === NONE) continue
        const before = last[blocks.key[now]!]!
        last[blocks.key[now]!] = now
        if (before >= blocks.keys && before !== now && blocks.head[now] !== NONE)
          order.add(before, now, 0)
      }
    }
  }

  /** Goes once through all blocks. @returns a cycle, or else whether anything was added */
  round(): readonly number[] | boolean {
    // In an order close to real time, what a process did and what it may change stand close together.
    const sorted = sort(this.order, this.moments)
    if (!(sorted instanceof Int32Array)) return sorted
    this.rounds++
    sorted.forEach((node, at) => {
      this.rank[node] = at
    })
    const before = this.order.added
    const { chains } = this.order.blocks
    for (let chain = 0; chain < chains.size; chain += this.width) {
      poll(this.limits, this.bytes)
      this.pass(sorted, chain)
      this.stamp++
    }
    return this.order.added > before
  }

  /** Goes with the clocks of the processes from `chain` on through the nodes that they may change. */
  private pass(sorted: Int32Array, chain: number): void {
    const { order } = this
    const { blocks, offset, to, lastOut } = order
    const operations = blocks.block.length
    const lookUp = this.lookUps[chain / this.width]!
    const [from, until] = this.window(chain)
    this.clock.fill(0)
    this.passed.fill(0)
    for (let rank = from; rank < until; rank++) {
      const node = sorted[rank]!
      const block = node - operations
      if (block < 0) this.count(node, chain)
      else this.conclude(block, lookUp)
      for (let at = offset[node]!; at < offset[node + 1]!; at++) this.push(node, to[at]!)
      if (block < 0) continue
      for (let edge = lastOut[block]!; edge !== NONE; edge = order.previousOut[edge]!) {
        const after = order.after[edge]!
        this.push(node, blocks.head[after]!)
        this.join(after, block)
      }
    }
  }

  /**
   * The ranks of the nodes to go through for the processes from `chain` on: from their first operation, and
   * behind their last one as far again. Beyond, all that they did is known to precede nearly everything;
   * what is missed there is left to decisions.
   */
  private window(chain: number): readonly [number, number] {
    const { chains } = this.order.blocks
    let from = this.rank.length
    let until = 0
    for (let one = chain; one < Math.min(chain + this.width, chains.size); one++) {
      from = Math.min(from, this.rank[chains.op[chains.offset[one]!]!]!)
      until = Math.max(until, this.rank[chains.op[chains.offset[one + 1]! - 1]!]!)
    }
    return [from, Math.min(this.rank.length, until + (until - from) + LEAST_WINDOW)]
  }

  /** An operation reaches itself. */
  private count(op: number, chain: number): void {
    const { clock, passed, width } = this
    const { chains, block } = this.order.blocks
    const column = chains.of[op]! - chain
    if (column < 0 || column >= width) return
    const count = chains.place[op]! + 1
    clock[op * width + column] = count
    const own = block[op]! * width + column
    if (block[op] !== NONE && passed[own]! < count) passed[own] = count
  }

  /** What reaches `from` reaches `to`. */
  private push(from: number, to: number): void {
    const { clock, width } = this
    const source = from * width
    const target = to * width
    for (let i = 0; i < width; i++) {
      const count = clock[source + i]!
      if (clock[target + i]! < count) clock[target + i] = count
    }
  }

  /** Puts in front of a block those that reach it, unless others already known to precede it follow them. */
  private conclude(block: number, lookUp: LookUp): void {
    const { order, clock, passed, width, rank } = this
    const { blocks } = order
    const key = blocks.key[block]!
    const at = order.close(block) * width
    const found: number[] = []
    for (let i = 0; i < width; i++) {
      const count = clock[at + i]!
      if (count === 0 || passed[block * width + i]! >= count) continue
      const op = lookUp.last(i, key, count)
      if (op === NONE || passed[block * width + i]! > blocks.chains.place[op]!) continue
      const before = blocks.block[op]!
      if (before !== block && before >= blocks.keys) found.push(op)
    }
    if (found.length === 0 || blocks.head[block] === NONE) return
    const close = (op: number): number => rank[order.close(blocks.block[op]!)]!
    found.sort((a, b) => close(b) - close(a))
    for (const op of found) {
      const column = blocks.chains.of[op]! % width
      if (passed[block * width + column]! > blocks.chains.place[op]!) continue
      order.add(blocks.block[op]!, block, this.stamp)
      this.join(block, blocks.block[op]!)
    }
  }

  /** What precedes `before`, and itself, precedes `block`. */
  private join(block: number, before: number): void {
    const { passed, width } = this
    const target = block * width
    const source = before * width
    for (let i = 0; i < width; i++)
      if (passed[target + i]! < passed[source + i]!) passed[target + i] = passed[source + i]!
  }
}

/** The last operation of a key among the first ones of a process, for a few processes. */
class LookUp {
  /** `at[column * (keys + 1) + key]`: where the operations of a process on a key begin in `ops`. */
  private readonly at: Int32Array
  private readonly ops: Int32Array
  private readonly keys: number

  constructor(
    private readonly chains: Chains,
    chain: number,
    width: number,
    key: Int32Array,
  ) {
    const until = Math.min(chain + width, chains.size)
    const from = chains.offset[chain]!
    const all = chains.op.subarray(from, chains.offset[until]!)
    let keys = 0
    for (const op of all) keys = Math.max(keys, key[op]! + 1)
    this.keys = keys
    this.at = new Int32Array(width * (keys + 1) + 1)
    const line = (op: number): number => (chains.of[op]! - chain) * (keys + 1) + key[op]!
    for (const op of all) if (key[op] !== NONE) this.at[line(op) + 1]!++
    for (let i = 0; i + 1 < this.at.length; i++) this.at[i + 1]! += this.at[i]!
    this.ops = new Int32Array(this.at[this.at.length - 1]!)
    const filled = this.at.slice()
    for (const op of all) if (key[op] !== NONE) this.ops[filled[line(op)]!++] = op
  }

  /** The last one of `key` among the first `count` of a process, or NONE. O(log n). */
  last(column: number, key: number, count: number): number {
    if (key >= this.keys) return NONE
    const { place } = this.chains
    const line = column * (this.keys + 1) + key
    let low = this.at[line]!
    const start = low
    for (let high = this.at[line + 1]!; low < high; ) {
      const middle = (low + high) >> 1
      if (place[this.ops[middle]!]! < count) low = middle + 1
      else high = middle
    }
    return low === start ? NONE : this.ops[low - 1]!
  }
}
