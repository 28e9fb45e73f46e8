/** A shard's log on this node, replicated or not: what makes its commands safe, and in one order. */
import type { Json, Storage } from '../../../harness/api.ts'
import { Journal } from '../journal.ts'
import type { StateMachine, Waiting } from '../raft/machine.ts'

export interface Replica<Command, Result> {
  /** Whether this node serves the shard. */
  readonly leads: boolean
  /** Who does, as far as it has heard. */
  readonly known: string | null
  /** @returns false, and does nothing, when it does not serve the shard */
  propose(command: Command, waiting: Waiting<Result>): boolean
  /** Calls back when it served the shard after this moment. @returns as `propose` */
  confirm(waiting: Waiting<void>): boolean
}

/**
 * A log on one disk: a command is carried out when it is safe there, and never before one that came before it. What
 * was written and not known to be safe when the node ended is carried out when it starts again: somebody may count on it.
 */
export class Unreplicated<Command, Result> implements Replica<Command, Result> {
  readonly leads = true
  readonly known = null
  private readonly journal: Journal<Command>
  private readonly waiting = new Map<number, Waiting<Result>>()
  private applied: number

  constructor(
    private readonly storage: Storage,
    private readonly machine: StateMachine<Command, Result>,
    private readonly snapshotAfter: number,
  ) {
    this.journal = new Journal<Command>(storage)
    if (this.journal.since === 0)
      this.journal.begin({ since: 1, index: 0, state: machine.snapshot() })
    machine.restore(this.journal.state as Json)
    this.applied = this.journal.baseIndex
    this.applyUpTo(this.journal.lastIndex)
  }

  propose(command: Command, waiting: Waiting<Result>): boolean {
    const index = this.journal.append(command)
    this.waiting.set(index, waiting)
    this.storage.sync(() => this.applyUpTo(index))
    return true
  }

  confirm(waiting: Waiting<void>): boolean {
    waiting.done()
    return true
  }

  private applyUpTo(index: number): void {
    while (this.applied < index) {
      const result = this.machine.apply(this.journal.at(++this.applied)!)
      const waiting = this.waiting.get(this.applied)
      this.waiting.delete(this.applied)
      waiting?.done(result)
    }
    if (this.applied - this.journal.baseIndex < this.snapshotAfter) return
    this.journal.compact(this.applied, this.machine.snapshot())
  }
}
