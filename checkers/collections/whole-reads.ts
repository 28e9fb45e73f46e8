/**
 * Whether a set is linearizable of which only wholes are read, into which every element is put once and
 * out of which nothing is taken. O(n log n + the elements that were read).
 *
 * Such a set only grows, so what the reads saw must contain each other; that orders everything in layers:
 * the elements of the smallest read, the reads that saw just these, what the next larger read saw in addition,
 * and so on, and last the elements that no read saw. Every order has these layers one after the other, and
 * within a layer any order will do. So the set is linearizable exactly if nothing in a later layer was over
 * before something in an earlier one began. An add of unknown outcome that no read saw is left out.
 */
import { NEVER, type Part } from '../linearizable/part.ts'
import type { Primitive } from '../model.ts'
import type { SetOp } from '../models/set.ts'
import type { Remainder } from './elements.ts'

type Read = Extract<SetOp, { f: 'read' }>

/** Decides a part with whole reads. */
export const wholeReads = (part: Part<SetOp>): Remainder<SetOp> => {
  const adds = new Map<Primitive, number>()
  const reads: number[] = []
  for (let number = 0; number < part.ops.length; number++) {
    const op = part.ops[number]!
    if (op.f === 'read') reads.push(number)
    else if (op.f === 'add' && !adds.has(op.value)) adds.set(op.value, number)
    else return { undecided: [part] }
  }
  const layers = new Layers(part, adds, reads)
  const impossible = layers.build() ?? layers.contradiction()
  if (impossible === undefined) return { undecided: [] }
  return { impossible: layers.withAdds(impossible) }
}

class Layers {
  private readonly layers: number[][] = []
  /** Layer of each element that was read. */
  private readonly layerOf = new Map<Primitive, number>()
  /** One read of each layer. */
  private readonly readOf: number[] = []

  constructor(
    private readonly part: Part<SetOp>,
    private readonly adds: ReadonlyMap<Primitive, number>,
    private readonly reads: readonly number[],
  ) {}

  /** Puts everything in its layer, or returns reads that cannot be. */
  build(): readonly number[] | undefined {
    const bySize = this.reads.toSorted((a, b) => this.seen(a).size - this.seen(b).size)
    for (const read of bySize) {
      const wrong = this.put(read)
      if (wrong !== undefined) return wrong
    }
    const unread = [...this.adds]
      .filter(([value, add]) => !this.layerOf.has(value) && this.part.end[add] !== NEVER)
      .map(([, add]) => add)
    this.layers.push(unread)
    return undefined
  }

  private put(read: number): readonly number[] | undefined {
    const seen = this.seen(read)
    const before = this.readOf.at(-1)
    const size = before === undefined ? -1 : this.seen(before).size
    let known = 0
    for (const value of seen) {
      if (!this.adds.has(value)) return [read]
      if (this.layerOf.has(value)) known++
    }
    if (before !== undefined && known < size) return [before, read]
    if (seen.size > size) {
      for (const value of seen)
        if (!this.layerOf.has(value)) this.layerOf.set(value, this.readOf.length)
      const fresh = [...seen].filter((value) => this.layerOf.get(value) === this.readOf.length)
      this.layers.push(fresh.map((value) => this.adds.get(value)!))
      this.layers.push([])
      this.readOf.push(read)
    }
    this.layers.at(-1)!.push(read)
    return undefined
  }

  /** Something that was over before something in an earlier layer began. */
  contradiction(): readonly number[] | undefined {
    const { start, end, ops } = this.part
    let latest = -1
    for (const [at, layer] of this.layers.entries()) {
      for (const later of layer) {
        if (latest < 0 || end[later]! > start[latest]!) continue
        // Two adds contradict each other only by a read between them.
        const adds = ops[latest]!.f === 'add' && ops[later]!.f === 'add'
        return adds ? [latest, later, this.readOf[(at - 1) >> 1]!] : [latest, later]
      }
      for (const one of layer) if (latest < 0 || start[one]! > start[latest]!) latest = one
    }
    return undefined
  }

  /** The operations with all adds that their reads rest on, ascending. */
  withAdds(numbers: readonly number[]): readonly number[] {
    // A read of what nobody added rests on nothing.
    if (numbers.length === 1) return numbers
    const all = new Set(numbers)
    for (const number of numbers) {
      if (this.part.ops[number]!.f !== 'read') continue
      for (const value of this.seen(number)) {
        const add = this.adds.get(value)
        if (add !== undefined) all.add(add)
      }
    }
    return [...all].sort((a, b) => a - b)
  }

  private seen(read: number): ReadonlySet<Primitive> {
    return (this.part.ops[read] as Read).elements
  }
}
