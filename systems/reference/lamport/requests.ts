/**
 * All requests that a node knows, its own and the others', on its disk: for each node those that it made, in
 * the order in which it made them, and how many of them are carried out. What is carried out here is on
 * every node's disk, so that the state can stand for it.
 */
import type { Json, Storage } from '../../../harness/api.ts'
import type { MachineRequest } from '../machine.ts'
import type { Timestamp } from './clock.ts'

/** A request, the node that made it, and when. */
export interface Stamped extends Timestamp {
  readonly request: MachineRequest
}

/** Of each node the first so many requests. */
export type Counts = Readonly<Record<string, number>>

interface Base {
  /** The requests that the state stands for. */
  readonly counts: Counts
  readonly state: Json
  /** Counts the states: each begins a log of its own, so that what it replaces goes in one step. */
  readonly number: number
}

export class Requests {
  private base: Base
  /** After the base. */
  private readonly known: Map<string, Stamped[]>
  private readonly finished: Map<string, number>

  /** @param empty the state of a node that starts for the first time */
  constructor(
    private readonly storage: Storage,
    nodes: readonly string[],
    empty: Json,
  ) {
    const counts = Object.fromEntries(nodes.map((name) => [name, 0]))
    const kept = storage.get('base') as unknown as Base | undefined
    this.base = kept ?? { counts, state: empty, number: 0 }
    this.known = new Map(nodes.map((name) => [name, []]))
    this.finished = new Map(Object.entries(this.base.counts))
    for (const stamped of storage.entries(this.file) as unknown as readonly Stamped[])
      this.known.get(stamped.node)!.push(stamped)
  }

  /** The state that stands for the first requests. */
  get state(): Json {
    return this.base.state
  }

  /** How many of a node's requests are known. */
  count(node: string): number {
    return this.base.counts[node]! + this.known.get(node)!.length
  }

  counts(): Counts {
    return Object.fromEntries([...this.known.keys()].map((name) => [name, this.count(name)]))
  }

  /** The next request of a node. @returns how many of it are known now */
  append(stamped: Stamped): number {
    this.known.get(stamped.node)!.push(stamped)
    this.storage.append(this.file, stamped as unknown as Json)
    return this.count(stamped.node)
  }

  /** A node's requests after the first `from` of them, up to `to` and at most so many. */
  from(node: string, from: number, to: number, most: number): readonly Stamped[] {
    const start = from - this.base.counts[node]!
    if (start < 0) return []
    return this.known.get(node)!.slice(start, Math.min(start + most, to - this.base.counts[node]!))
  }

  /** The first request of an order that is not carried out yet, and the how manieth of its node it is. */
  first(
    isBefore: (a: Timestamp, b: Timestamp) => boolean,
  ): { readonly stamped: Stamped; readonly nth: number } | undefined {
    let first: Stamped | undefined
    for (const [node, requests] of this.known) {
      const next = requests[this.finished.get(node)! - this.base.counts[node]!]
      if (next !== undefined && (first === undefined || isBefore(next, first))) first = next
    }
    return first && { stamped: first, nth: this.finished.get(first.node)! + 1 }
  }

  /** The next request of a node is carried out. */
  carriedOut(node: string): void {
    this.finished.set(node, this.done(node) + 1)
  }

  /** How many of a node's requests are carried out. */
  done(node: string): number {
    return this.finished.get(node)!
  }

  /** How many requests are carried out that the state does not stand for. */
  get sinceState(): number {
    let sum = 0
    for (const [node, done] of this.finished) sum += done - this.base.counts[node]!
    return sum
  }

  /** Lets a state stand for all that is carried out. */
  compact(state: Json): void {
    const before = this.file
    for (const [node, requests] of this.known)
      requests.splice(0, this.finished.get(node)! - this.base.counts[node]!)
    this.base = { counts: Object.fromEntries(this.finished), state, number: this.base.number + 1 }
    this.storage.truncate(this.file, 0)
    for (const requests of this.known.values())
      for (const stamped of requests) this.storage.append(this.file, stamped as unknown as Json)
    this.storage.put('base', this.base as unknown as Json)
    this.storage.truncate(before, 0)
  }

  private get file(): string {
    return `requests-${this.base.number}`
  }
}
