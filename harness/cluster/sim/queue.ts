/**
 * What is to happen, soonest first, and in the order of the asking where times tie: a binary heap whose
 * entries know their place in it, so that one which is cancelled leaves at once. Most timers are: every
 * message from a leader puts off an election, and every answer a time-out.
 */

export interface Due {
  /** When; ns. */
  readonly at: number
  /** Tells apart what is due at the same time; no two entries have the same. */
  readonly order: number
  /** Kept by the queue: where the entry stands in it, -1 when it is not there. */
  place: number
}

export class Queue<D extends Due> {
  private readonly heap: D[] = []

  push(entry: D): void {
    this.heap.push(entry)
    this.rise(entry, this.heap.length - 1)
  }

  /** Takes out the soonest; undefined when there is none. */
  pop(): D | undefined {
    const first = this.heap[0]
    if (first !== undefined) this.remove(first)
    return first
  }

  /** Takes an entry out, if it is still there. */
  remove(entry: D): void {
    const { place } = entry
    if (place < 0) return
    entry.place = -1
    const last = this.heap.pop()!
    if (last === entry) return
    // The last one takes the free place, from where it may belong nearer to either end.
    if (place > 0 && isBefore(last, this.heap[(place - 1) >> 1]!)) this.rise(last, place)
    else this.sink(last, place)
  }

  /** Puts an entry at a place or nearer to the front. */
  private rise(entry: D, from: number): void {
    const { heap } = this
    let place = from
    while (place > 0) {
      const up = (place - 1) >> 1
      const above = heap[up]!
      if (!isBefore(entry, above)) break
      heap[place] = above
      above.place = place
      place = up
    }
    heap[place] = entry
    entry.place = place
  }

  /** Puts an entry at a place or further from the front. */
  private sink(entry: D, from: number): void {
    const { heap } = this
    const { length } = heap
    let place = from
    for (;;) {
      let down = 2 * place + 1
      if (down >= length) break
      if (down + 1 < length && isBefore(heap[down + 1]!, heap[down]!)) down++
      const below = heap[down]!
      if (!isBefore(below, entry)) break
      heap[place] = below
      below.place = place
      place = down
    }
    heap[place] = entry
    entry.place = place
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
