/** The state machine of systems that replicate locks besides registers, lists, counters and sets. */
import type { Json } from '../../harness/api.ts'
import { type Claimant, isLockCommand, type LockCommand, Locks } from './locks.ts'
import { type Command, type Request, type Result, Store } from './store.ts'

export type MachineRequest = Request<Command | LockCommand>

export class Machine {
  private readonly store = new Store()
  private readonly locks = new Locks()
  /** How many requests were carried out. */
  private place = 0

  /** @param lot in [0, 1): who of those who wait for a lock is next; 0 is who came first */
  apply({ client, number, command }: MachineRequest, lot = 0): Result {
    const place = ++this.place
    return isLockCommand(command)
      ? this.locks.apply(client, command, { place, lot })
      : this.store.apply({ client, number, command })
  }

  holders(): readonly (Claimant & { readonly key: string })[] {
    return this.locks.holders()
  }

  snapshot(): Json {
    return { store: this.store.snapshot(), locks: this.locks.snapshot(), place: this.place }
  }

  restore(snapshot: Json): void {
    const { store, locks, place } = snapshot as Snapshot
    this.place = place
    this.store.restore(store)
    this.locks.restore(locks)
  }
}

type Snapshot = { readonly store: Json; readonly locks: Json; readonly place: number }
