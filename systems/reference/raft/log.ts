/**
 * A Raft node's log on its disk: entries after a snapshot, which stands for all before. Each snapshot begins
 * a log of its own, so that what it replaces can go in one step.
 */
import type { Json, Storage } from '../../../harness/api.ts'
import type { Configuration } from './membership.ts'

export interface Entry<Command = unknown> {
  readonly term: number
  /** Null: nothing to carry out, a new leader's first entry or a change of membership. */
  readonly request: Command | null
  /** Who belongs to the cluster from here on. */
  readonly configuration?: Configuration
}

export interface Kept {
  readonly index: number
  readonly term: number
  readonly state: Json
  readonly configuration: Configuration
}

const NOTHING: Kept = {
  index: 0,
  term: 0,
  state: null,
  configuration: { voters: {}, learners: [] },
}

export class Log<Command = unknown> {
  /** What the snapshot stands for. */
  base: Kept
  private readonly entries: Entry<Command>[]
  /** Where the configuration changes, in the log's order. */
  private changes: { readonly index: number; readonly configuration: Configuration }[] = []

  constructor(private readonly storage: Storage) {
    this.base = (storage.get('snapshot') as Kept | undefined) ?? NOTHING
    this.entries = [
      ...(storage.entries(this.file(this.base.index)) as unknown as readonly Entry<Command>[]),
    ]
    this.entries.forEach((entry, place) => {
      this.note(this.base.index + 1 + place, entry)
    })
  }

  get lastIndex(): number {
    return this.base.index + this.entries.length
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex)!
  }

  /** Entries since the snapshot. */
  get length(): number {
    return this.entries.length
  }

  /** The latest, committed or not; nobody belongs to it before the cluster is founded. */
  get configuration(): Configuration {
    return this.changes.at(-1)?.configuration ?? this.base.configuration
  }

  /** Where that stands; at most the snapshot's index when it is in the snapshot. */
  get configuredAt(): number {
    return this.changes.at(-1)?.index ?? this.base.index
  }

  /** Undefined for an index that the snapshot has swallowed, or that is not there yet. */
  at(index: number): Entry<Command> | undefined {
    return this.entries[index - this.base.index - 1]
  }

  termAt(index: number): number | undefined {
    return index === this.base.index ? this.base.term : this.at(index)?.term
  }

  /** Entries from an index on, at most so many. */
  from(index: number, most: number): readonly Entry<Command>[] {
    const start = index - this.base.index - 1
    return this.entries.slice(start, start + most)
  }

  append(entry: Entry<Command>): number {
    this.entries.push(entry)
    this.storage.append(this.file(this.base.index), entry as unknown as Json)
    this.note(this.lastIndex, entry)
    return this.lastIndex
  }

  /** Keeps the entries up to an index, and follows the configuration before those that go. */
  truncate(index: number): void {
    this.entries.length = index - this.base.index
    this.changes = this.changes.filter((change) => change.index <= index)
    this.storage.truncate(this.file(this.base.index), this.entries.length)
  }

  /** Lets a snapshot stand for everything up to an index, and keeps what follows. */
  compact(index: number, state: Json): void {
    const change = this.changes.findLast((one) => one.index <= index)
    const { configuration } = change ?? this.base
    const base = { index, term: this.termAt(index)!, state, configuration }
    this.replace(base, this.from(index + 1, this.length))
  }

  /** Takes over a snapshot with the entries that follow it. */
  replace(base: Kept, rest: readonly Entry<Command>[]): void {
    const before = this.file(this.base.index)
    const file = this.file(base.index)
    this.storage.truncate(file, 0)
    for (const entry of rest) this.storage.append(file, entry as unknown as Json)
    this.storage.put('snapshot', base as unknown as Json)
    if (before !== file) this.storage.truncate(before, 0)
    this.base = base
    const kept = [...rest]
    this.entries.splice(0, this.entries.length, ...kept)
    this.changes = []
    kept.forEach((entry, place) => {
      this.note(base.index + 1 + place, entry)
    })
  }

  private note(index: number, { configuration }: Entry<Command>): void {
    if (configuration !== undefined) this.changes.push({ index, configuration })
  }

  private file(index: number): string {
    return `log-${index}`
  }
}
