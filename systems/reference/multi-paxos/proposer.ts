/**
 * A proposer: gets promises for its ballot from a majority, takes over what they say was accepted, fills the
 * gaps between with nothing, and then proposes what clients ask for, slot after slot (Lamport, "Paxos Made
 * Simple", section 3; scouts and commanders of van Renesse and Altinbuken, "Paxos Made Moderately Complex",
 * section 2.3). It counts; whoever owns it sends the messages.
 */
import type { Proposal } from './acceptor.ts'
import { type Ballot, compare, NO_BALLOT } from './ballot.ts'
import type { Bug } from './bugs.ts'
import type { Accept, Promised, Value } from './messages.ts'

interface Open {
  readonly value: Value
  readonly acceptedBy: Set<string>
}

export class Proposer {
  role: 'follower' | 'candidate' | 'leader' = 'follower'
  ballot: Ballot = NO_BALLOT
  private promisedBy = new Set<string>()
  /** By slot, of what promises name as accepted that of the highest ballot. */
  private found = new Map<number, Proposal>()
  /** What it has proposed and nobody knows to be chosen. */
  private open = new Map<number, Open>()
  private next = 1

  constructor(
    private readonly acceptors: number,
    private readonly bug: Bug | 'none',
  ) {}

  /** Phase 1 begins. */
  stand(ballot: Ballot): void {
    this.role = 'candidate'
    this.ballot = ballot
    this.promisedBy = new Set()
    this.found = new Map()
    this.open = new Map()
  }

  /** A promise of its ballot. @returns whether a majority has promised */
  promised(by: string, { accepted }: Promised): boolean {
    this.promisedBy.add(by)
    if (this.bug === 'MP2' && by !== this.ballot.node) return this.isMajority(this.promisedBy.size)
    for (const [slot, ballot, value] of accepted) {
      const known = this.found.get(slot)
      if (known === undefined || compare(ballot, known.ballot) > 0)
        this.found.set(slot, { ballot, value })
    }
    return this.isMajority(this.promisedBy.size)
  }

  /**
   * Phase 1 is over: what was found is proposed again, since any of it may be chosen, and nothing where nothing
   * was found before it.
   */
  lead(applied: number): Accept['proposals'] {
    this.role = 'leader'
    this.next = applied + 1
    const last = Math.max(applied, ...this.found.keys())
    const values = Array.from(
      { length: last - applied },
      (_, n) => this.found.get(applied + 1 + n)?.value ?? null,
    )
    return values.map((value) => [this.propose(value), value])
  }

  /** Phase 2 of the next slot begins. */
  propose(value: Value): number {
    this.open.set(this.next, { value, acceptedBy: new Set() })
    return this.next++
  }

  /** A proposal of its ballot was accepted. @returns whether that makes it chosen */
  accepted(slot: number, by: string): boolean {
    const open = this.open.get(slot)
    open?.acceptedBy.add(by)
    return open !== undefined && this.isMajority(open.acceptedBy.size)
  }

  /** Closes a slot, whose value is chosen. */
  close(slot: number): Value {
    const { value } = this.open.get(slot)!
    this.open.delete(slot)
    return value
  }

  /** What an acceptor has not accepted yet, at most so many proposals. */
  missing(by: string, most: number): Accept['proposals'] {
    return [...this.open]
      .filter(([, { acceptedBy }]) => !acceptedBy.has(by))
      .slice(0, most)
      .map(([slot, { value }]) => [slot, value])
  }

  resign(): void {
    this.role = 'follower'
    this.open = new Map()
  }

  private isMajority(count: number): boolean {
    return count > this.acceptors / 2
  }
}
