/**
 * A learner: hears in any order what was chosen in which slot, and carries it out in the order of the slots,
 * none left out (Lamport, "Paxos Made Simple", section 3; the replica of van Renesse and Altinbuken, "Paxos
 * Made Moderately Complex", 2015, section 2.1).
 */
import type { Json } from '../../../harness/api.ts'
import { type Result, Store } from '../store.ts'
import type { Bug } from './bugs.ts'
import type { Decided, Snapshot, Value } from './messages.ts'

/** Hears what a slot came to; undefined where nothing was to be carried out. */
export type Hear = (slot: number, result: Result | undefined) => void

export class Learner {
  /** All slots up to this one are carried out. */
  applied = 0
  private readonly store = new Store()
  /** Chosen values that no snapshot stands for. */
  private readonly chosen = new Map<number, Value>()

  constructor(
    private readonly bug: Bug | 'none',
    private readonly hear: Hear,
  ) {}

  /** A value is chosen. */
  learn(slot: number, value: Value): void {
    if (slot <= this.applied) return
    this.chosen.set(slot, value)
    if (this.bug === 'MP4') this.applied = slot - 1
    for (let next = this.applied + 1; this.chosen.has(next); next++)
      this.carryOut(next, this.chosen.get(next)!)
  }

  /** Takes over a state that is ahead of its own. */
  install({ slot, state }: Snapshot): void {
    this.store.restore(state)
    this.applied = slot
    this.forget(slot)
  }

  state(): Json {
    return this.store.snapshot()
  }

  /** What was carried out from a slot on, at most so many values. */
  from(first: number, most: number): Decided {
    const last = Math.min(this.applied, first + most - 1)
    const length = Math.max(0, last - first + 1)
    return { first, values: Array.from({ length }, (_, n) => this.chosen.get(first + n) ?? null) }
  }

  /** A snapshot stands for everything up to this slot. */
  forget(upTo: number): void {
    for (const slot of this.chosen.keys()) if (slot <= upTo) this.chosen.delete(slot)
  }

  private carryOut(slot: number, value: Value): void {
    this.applied = slot
    this.hear(slot, value === null ? undefined : this.store.apply(value))
  }
}
