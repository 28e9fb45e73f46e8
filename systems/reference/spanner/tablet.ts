/**
 * The state machine of a group, the same on all its replicas: versions of values, transactions that are prepared here, and
 * what became of those that this group coordinates or took part in. Of two outcomes of a transaction the first in the log counts.
 */
import type { Json } from '../../../harness/api.ts'
import type { StateMachine } from '../raft/machine.ts'
import type { Lock, Outcome, Owner, Write } from './messages.ts'
import { Versions } from './versions.ts'

/** A transaction that this group has promised to be able to commit, with a timestamp that is not before `stamp`. */
export interface Prepared {
  readonly owner: Owner
  readonly stamp: number
  readonly coordinator: string
  readonly writes: readonly Write[]
  /** What it keeps locked. */
  readonly locks: readonly Lock[]
}

export type Command =
  | { readonly f: 'prepare'; readonly prepared: Prepared }
  /** The coordinator's word, with what it writes in the coordinator's own group. */
  | {
      readonly f: 'decide'
      readonly transaction: string
      readonly stamp: number | null
      readonly writes: readonly Write[]
    }
  /** What a participant was told by its coordinator. */
  | { readonly f: 'finish'; readonly transaction: string; readonly stamp: number | null }

export class Tablet implements StateMachine<Command, Outcome> {
  readonly versions = new Versions()
  private inDoubt = new Map<string, Prepared>()
  /** Kept for good: forgetting them would need the word of all participants. */
  private outcomes = new Map<string, number | null>()

  apply(command: Command): Outcome {
    if (command.f === 'prepare') return this.prepare(command.prepared)
    const { transaction } = command
    const known = this.outcomes.get(transaction)
    if (known !== undefined) return { stamp: known }
    const { stamp } = command
    const writes =
      command.f === 'decide' ? command.writes : (this.inDoubt.get(transaction)?.writes ?? [])
    this.outcomes.set(transaction, stamp)
    this.inDoubt.delete(transaction)
    if (stamp !== null) this.versions.write(stamp, writes)
    return { stamp }
  }

  /** Undefined: not decided, or not here. */
  outcomeOf(transaction: string): Outcome | undefined {
    const stamp = this.outcomes.get(transaction)
    return stamp === undefined ? undefined : { stamp }
  }

  prepared(transaction: string): Prepared | undefined {
    return this.inDoubt.get(transaction)
  }

  allPrepared(): readonly Prepared[] {
    return [...this.inDoubt.values()]
  }

  snapshot(): Json {
    const inDoubt = [...this.inDoubt.values()]
    return {
      versions: this.versions.snapshot(),
      inDoubt: inDoubt as unknown as Json,
      outcomes: [...this.outcomes],
    }
  }

  restore(snapshot: Json): void {
    const { versions, inDoubt, outcomes } = snapshot as unknown as Snapshot
    this.versions.restore(versions)
    this.inDoubt = new Map(inDoubt.map((prepared) => [prepared.owner.name, prepared]))
    this.outcomes = new Map(outcomes)
  }

  private prepare(prepared: Prepared): Outcome {
    const { name } = prepared.owner
    const known = this.outcomes.get(name)
    if (known !== undefined) return { stamp: known }
    this.inDoubt.set(name, this.inDoubt.get(name) ?? prepared)
    return { stamp: prepared.stamp }
  }
}

interface Snapshot {
  readonly versions: Json
  readonly inDoubt: readonly Prepared[]
  readonly outcomes: readonly (readonly [string, number | null])[]
}
