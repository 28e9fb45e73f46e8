/**
 * Snapshot isolation (Berenson and others, "A Critique of ANSI SQL Isolation Levels", 1995, section 4.2) over shards, as Percolator
 * does it (Peng & Dabek 2010, section 2.2): one clock gives the times of all snapshots and commits. A transaction sees the versions that were
 * committed before its snapshot, and waits for who may be about to commit one; of two that write the same key and
 * overlap, the first committer wins.
 */
import { partitionOf } from '../../transactions/messages.ts'
import type { Part } from '../commands.ts'
import type { Machine, Validate } from '../machine.ts'
import type { Version } from '../versions.ts'
import type { Control, Reader, Then, Wanted } from './control.ts'

interface Wait {
  readonly reader: Reader
  readonly wanted: Wanted
  readonly then: Then
}

export class Multiversion implements Control {
  readonly reads = 'known-to-be-latest'
  private waiting: readonly Wait[] = []
  /** Of those who were here: the time of the latest version then. */
  private readonly ownSnapshots = new Map<string, number>()

  constructor(private readonly machine: Machine) {}

  admit(reader: Reader, wanted: Wanted, then: Then): void {
    this.waiting = [...this.waiting, { reader, wanted, then }]
    this.serve()
  }

  tenureOf(): number {
    return 0
  }

  see(reader: Reader, key: string): Version | 'cut' | undefined {
    if (this.machine.has('TX11')) return this.machine.uncommitted(key)
    return this.machine.versions.asOf(key, this.snapshotOf(reader))
  }

  vote(_: Part, then: Then): void {
    then(true)
  }

  wasTrue(): boolean {
    return true
  }

  inherit(): void {}

  ended(): void {
    this.serve()
  }

  turn(): void {}

  private serve(): void {
    const may = ({ reader, wanted }: Wait): boolean =>
      this.machine.has('TX11') ||
      !this.machine.parts.some(
        (part) => part.began < this.snapshotOf(reader) && writesSome(part, wanted),
      )
    const served = this.waiting.filter(may)
    this.waiting = this.waiting.filter((wait) => !served.includes(wait))
    for (const { then } of served) then(true)
  }

  private snapshotOf({ transaction, began }: Reader): number {
    if (!this.machine.has('TX10')) return began
    const at = this.ownSnapshots.get(transaction) ?? this.machine.versions.newest
    this.ownSnapshots.set(transaction, at)
    return at
  }
}

/** Whether nobody has committed a version of what is written since the snapshot, or is about to. */
export const isFirst: Validate = ({ began, writes }, machine) => {
  if (machine.has('TX9')) return true
  const written = new Set(writes.map(([key]) => key))
  return (
    writes.every(([key]) => (machine.versions.latest(key)?.at ?? 0) <= began) &&
    machine.parts.every((other) => other.writes.every(([key]) => !written.has(key)))
  )
}

const writesSome = ({ writes }: Part, wanted: Wanted): boolean =>
  writes.some(([key]) =>
    'keys' in wanted ? wanted.keys.includes(key) : partitionOf(key) === wanted.partition,
  )
