/**
 * An acceptor for every slot at once (Lamport, "Paxos Made Simple", 2001, sections 2.2 and 3): what it
 * has promised, and what it has accepted last in each slot. Both are on its disk before anybody hears of them,
 * which whoever answers takes care of. A snapshot stands for the slots up to some place, all of them chosen;
 * each begins a log of its own, so that what it replaces goes in one step.
 */
import type { Json, Storage } from '../../../harness/api.ts'
import { type Ballot, compare, NO_BALLOT } from './ballot.ts'
import type { Bug } from './bugs.ts'
import type { Promised, Snapshot, Value } from './messages.ts'

export interface Proposal {
  readonly ballot: Ballot
  readonly value: Value
}

type Kept = Promised['accepted'][number]

const NOTHING: Snapshot = { slot: 0, state: null }

export class Acceptor {
  /** No proposal of a lower ballot will be accepted. */
  promised: Ballot
  snapshot: Snapshot
  private readonly accepted = new Map<number, Proposal>()

  constructor(
    private readonly storage: Storage,
    private readonly bug: Bug | 'none',
  ) {
    this.promised = (storage.get('promised') as Ballot | undefined) ?? NO_BALLOT
    this.snapshot = (storage.get('snapshot') as Snapshot | undefined) ?? NOTHING
    // What was accepted later in a slot stands after what was accepted earlier.
    for (const record of storage.entries(fileOf(this.snapshot))) {
      const [slot, ballot, value] = record as unknown as Kept
      this.accepted.set(slot, { ballot, value })
    }
  }

  /** Phase 1b. @returns whether it promises: it has promised no higher ballot */
  promise(ballot: Ballot): boolean {
    const order = compare(ballot, this.promised)
    if (order > 0) {
      this.promised = ballot
      if (this.bug !== 'MP1') this.storage.put('promised', ballot as unknown as Json)
    }
    return order >= 0
  }

  /** Phase 2b, of a ballot that it has promised. */
  accept(slot: number, { ballot, value }: Proposal): void {
    // What a snapshot stands for is chosen, so nothing else can be proposed there.
    if (slot <= this.snapshot.slot) return
    const before = this.accepted.get(slot)
    // It has this one; a lower one it has promised not to accept.
    if (before !== undefined && compare(before.ballot, ballot) >= 0) return
    this.accepted.set(slot, { ballot, value })
    this.keep(this.snapshot, slot, { ballot, value })
  }

  at(slot: number): Proposal | undefined {
    return this.accepted.get(slot)
  }

  /** What it has accepted from a slot on. */
  from(first: number): Promised['accepted'] {
    return [...this.accepted]
      .filter(([slot]) => slot >= first)
      .map(([slot, { ballot, value }]) => [slot, ballot, value])
  }

  /** Slots that it keeps. */
  get length(): number {
    return this.accepted.size
  }

  /** Lets a snapshot stand for the slots up to its own. */
  trim(snapshot: Snapshot): void {
    const before = this.snapshot
    this.storage.truncate(fileOf(snapshot), 0)
    for (const [slot, proposal] of this.accepted)
      if (slot <= snapshot.slot) this.accepted.delete(slot)
      else this.keep(snapshot, slot, proposal)
    this.storage.put('snapshot', snapshot as unknown as Json)
    this.storage.truncate(fileOf(before), 0)
    this.snapshot = snapshot
  }

  private keep(after: Snapshot, slot: number, { ballot, value }: Proposal): void {
    const kept: Kept = [slot, ballot, value]
    this.storage.append(fileOf(after), kept as unknown as Json)
  }
}

const fileOf = ({ slot }: Snapshot): string => `accepted-${slot}`
