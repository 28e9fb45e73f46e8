/**
 * Reads that wait until a majority has said that this node still leads: a read is answered from what the node
 * has carried out once a round of heartbeats that was sent after the read came is answered (ReadIndex, Ongaro's
 * dissertation, section 6.4).
 */
import type { Waiting } from './machine.ts'

export interface Read {
  readonly waiting: Waiting<void>
  /** What must be carried out before it is answered. */
  readonly index: number
  /** The round of heartbeats that a majority must answer. */
  readonly round: number
}

export class Reads {
  /** The latest round of heartbeats. */
  round = 0
  private waiting: Read[] = []
  /** The latest round that each other voter has answered. */
  private answered = new Map<string, number>()

  /** A read waits for the next round. @returns whether nobody has asked for that round yet */
  add(waiting: Waiting<void>, index: number): boolean {
    const round = this.round + 1
    const isFirst = this.waiting.every((read) => read.round < round)
    this.waiting.push({ waiting, index, round })
    return isFirst
  }

  heard(voter: string, round: number): void {
    this.answered.set(voter, Math.max(round, this.answered.get(voter) ?? 0))
  }

  /** Takes out the reads that are safe now: `confirms` tells whether these voters and ourselves are a majority. */
  safe(confirms: (others: readonly string[]) => boolean, applied: number): readonly Read[] {
    if (this.waiting.length === 0) return []
    const isSafe = ({ round, index }: Read): boolean =>
      round <= this.round && index <= applied && confirms(this.answeredBy(round))
    const safe = this.waiting.filter(isSafe)
    if (safe.length > 0) this.waiting = this.waiting.filter((read) => !safe.includes(read))
    return safe
  }

  /** The latest round that these voters and ourselves, a majority, have answered. O(voters^2). */
  confirmed(confirms: (others: readonly string[]) => boolean): number {
    const rounds = [this.round, ...this.answered.values()]
    const all = rounds.filter((round) => confirms(this.answeredBy(round)))
    return Math.max(0, ...all)
  }

  /** Whether a voter has answered one of the latest rounds. */
  isPresent(voter: string): boolean {
    return (this.answered.get(voter) ?? 0) >= this.round - 2
  }

  /** All that wait. */
  all(): readonly Read[] {
    return this.waiting
  }

  private answeredBy(round: number): readonly string[] {
    return [...this.answered.keys()].filter((name) => this.answered.get(name)! >= round)
  }
}
