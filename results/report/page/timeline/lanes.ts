/**
 * Which row of the timeline an operation stands in. A row is a thread of the clients: a process whose
 * operation had no certain answer never invokes again, and its thread goes on as another process, which
 * stands in the same row. Without knowing the threads any process that came to such an end makes room.
 */
import { INFO, type Operations } from '../../operations/operations.ts'

export interface Lanes {
  /** The lane of each operation, by place. */
  readonly laneOf: Int32Array
  /** The processes of each lane, one after another. */
  readonly processes: readonly (readonly number[])[]
  /**
   * Until when each operation is drawn, ns: its completion, or the beginning of the next one in its lane,
   * or the end of the run.
   */
  readonly until: Float64Array
}

/** Lays out all operations. O(operations). */
export const lanesOf = (
  operations: Operations,
  threads: number | undefined,
  endNs: number,
): Lanes => {
  const { process, outcome, from, to } = operations.columns
  const { length } = operations
  const laneOf = new Int32Array(length)
  const until = new Float64Array(length)
  const assigned = new Assigned(threads)
  const last: number[] = []
  for (let place = 0; place < length; place++) {
    const lane = assigned.lane(process[place]!)
    laneOf[place] = lane
    until[place] = Math.min(to[place]!, endNs)
    const before = last[lane]
    if (before !== undefined) until[before] = Math.min(until[before]!, from[place]!)
    last[lane] = place
    if (outcome[place] === INFO) assigned.retire(process[place]!)
  }
  return sorted({ laneOf, processes: assigned.processes, until })
}

/** Who has which lane, while processes come and go. */
class Assigned {
  readonly processes: number[][] = []
  readonly #lanes = new Map<number, number>()
  readonly #free = new Set<number>()
  readonly #threads: number | undefined

  constructor(threads: number | undefined) {
    this.#threads = threads
  }

  lane(process: number): number {
    const known = this.#lanes.get(process)
    if (known !== undefined) return known
    const lane = this.#room(process) ?? this.processes.push([]) - 1
    this.#free.delete(lane)
    this.#lanes.set(process, lane)
    this.processes[lane]!.push(process)
    return lane
  }

  /** The process never invokes again. */
  retire(process: number): void {
    this.#free.add(this.#lanes.get(process)!)
  }

  #room(process: number): number | undefined {
    if (this.#threads === undefined) {
      const [any] = this.#free
      return any
    }
    const before = this.#lanes.get(process - this.#threads)
    return before !== undefined && this.#free.has(before) ? before : undefined
  }
}

/** By the first process of each lane. */
const sorted = ({ laneOf, processes, until }: Lanes): Lanes => {
  const order = processes.map((_, lane) => lane)
  order.sort((a, b) => processes[a]![0]! - processes[b]![0]!)
  const rank = new Int32Array(order.length)
  order.forEach((lane, at) => {
    rank[lane] = at
  })
  return {
    laneOf: laneOf.map((lane) => rank[lane]!),
    processes: order.map((lane) => processes[lane]!),
    until,
  }
}

/** `3`, or `3, 13 … 93` for a thread of many processes. */
export const laneName = (processes: readonly number[]): string => {
  const [first, second] = processes
  if (second === undefined) return String(first)
  return processes.length === 2
    ? `${first}, ${second}`
    : `${first}, ${second} … ${processes.at(-1)}`
}
