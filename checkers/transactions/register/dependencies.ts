/**
 * The dependencies between transactions over registers: who read what another one wrote (wr), and, where one version
 * comes before another one, who wrote the first (ww) or read it (rw) before who wrote the second.
 */
import { NONE } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { READ } from '../columns.ts'
import { Edges } from '../edges.ts'
import { cross, Ranges } from '../ranges.ts'
import { RW, WR, WW } from '../relations.ts'
import type { Order } from './order.ts'
import { writerOf } from './versions.ts'
import { placeAfter, rowOf } from './zones.ts'

/** O(n log n) @throws OutOfLimits */
export const dependenciesOf = (order: Order, meter: Meter): Edges => {
  const finding = new Finding(order)
  finding.reads()
  meter.poll()
  finding.initial()
  finding.pairs()
  meter.poll()
  finding.time()
  return finding.edges
}

class Finding {
  readonly edges: Edges

  constructor(private readonly order: Order) {
    this.edges = new Edges(order.versions.transactions.size)
  }

  reads(): void {
    const { versions } = this.order
    const { transactions, version } = versions
    for (let at = 0; at < version.length; at++) {
      if (version[at] === NONE || transactions.kind[at] !== READ) continue
      const writer = writerOf(versions, version[at]!)
      if (writer !== NONE) this.edges.add(writer, transactions.owner[at]!, WR)
    }
  }

  /** Who read the initial state of a register, before all who wrote it. */
  initial(): void {
    const { versions, shown } = this.order
    const { all, start } = shown
    for (let key = 0; key + 1 < start.length; key++) {
      const first = start[key]!
      if (start[key + 1] === first || all[first]! < versions.transactions.owner.length) continue
      const writers: number[] = []
      for (let at = first + 1; at < start[key + 1]!; at++) {
        const writer = writerOf(versions, all[at]!)
        if (writer !== NONE) writers.push(writer)
      }
      cross(this.edges, this.readers(all[first]!), writers, RW)
    }
  }

  pairs(): void {
    const { versions, pairs } = this.order
    const after = new Map<number, Set<number>>()
    for (const [one, other] of pairs) {
      const writer = writerOf(versions, other)
      if (writer === NONE) continue
      const known = after.get(one)
      if (known === undefined) after.set(one, new Set([writer]))
      else known.add(writer)
    }
    for (const [one, writers] of after) {
      const writer = writerOf(versions, one)
      const targets = [...writers]
      if (writer !== NONE) for (const target of targets) this.edges.add(writer, target, WW)
      cross(this.edges, this.readers(one), targets, RW)
    }
  }

  time(): void {
    const { versions, shown, zones, timed } = this.order
    if (zones === undefined) return
    const { all, start } = shown
    for (let key = 0; key + 1 < start.length; key++) {
      if (!timed(key)) continue
      const row = rowOf(versions, shown, zones, key, (one) => writerOf(versions, one) !== NONE)
      const targets = row.versions.map((one) => writerOf(versions, one))
      const places = new Map(row.versions.map((one, place) => [one, place]))
      const ranges = new Ranges(this.edges, targets)
      for (let at = start[key]!; at < start[key + 1]!; at++)
        this.after(all[at]!, ranges, places, (moment) => placeAfter(row, moment))
    }
  }

  /** From those who wrote or read a version to the writers of all that come after it in real time. */
  private after(
    one: number,
    ranges: Ranges,
    places: ReadonlyMap<number, number>,
    placeAfterMoment: (moment: number) => number,
  ): void {
    const { versions, shown, zones } = this.order
    const { completed, owner } = versions.transactions
    const ended = zones!.ended[one]!
    if (ended === NONE) return
    const low = placeAfterMoment(completed[ended]!)
    const own = places.get(one)
    const without = own === undefined ? [] : [own]
    const writer = writerOf(versions, one)
    if (writer !== NONE) ranges.linkWithout(writer, WW, low, without)
    for (const read of this.readsOf(one)) {
      const update = shown.update[read]!
      const wrote = update === NONE ? undefined : places.get(update)
      const left = wrote === undefined ? without : [...without, wrote].sort((a, b) => a - b)
      ranges.linkWithout(owner[read]!, RW, low, left)
    }
  }

  private readsOf(version: number): Int32Array {
    const { place, reads, readsFrom } = this.order.shown
    const at = place[version]!
    return reads.subarray(readsFrom[at]!, readsFrom[at + 1]!)
  }

  private readers(version: number): number[] {
    const { owner } = this.order.versions.transactions
    return Array.from(this.readsOf(version), (read) => owner[read]!)
  }
}
