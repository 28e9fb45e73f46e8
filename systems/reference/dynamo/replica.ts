/**
 * What one node keeps: the objects of the partitions whose home it is, and hints, objects that it keeps for homes that
 * are away (Dynamo, section 4.6). What it says that it has is safe on its disk.
 */
import type { Json, Storage, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import {
  dominates,
  isLarger,
  merge,
  type Objects,
  type Stored,
  type Supersedes,
  tagOf,
} from './versions.ts'

/** Tombstones are kept for longer than any node may be away, ms; DY6 has less patience. */
const GRACE_MS = { correct: 3_600_000, DY6: 300 }

export class Replica {
  private readonly objects: Shelf
  private readonly hints: Shelf
  /** The objects as they would come back after a power failure. */
  private readonly safe = new Map<string, Stored>()
  /** What was written to `objects` since the last sync began. */
  private fresh: Map<string, Stored>
  /** What was written before syncs that are under way. */
  private batches: ReadonlyMap<string, Stored>[] = []
  /** Syncs under way. */
  private syncs = 0
  private isLoaded = false
  private readonly loading: (() => void)[] = []
  private readonly supersedes: Supersedes

  constructor(
    private readonly world: World,
    private readonly bug: Bug | 'none',
  ) {
    this.supersedes = bug === 'DY5' ? isLarger : dominates
    this.objects = new Shelf(world.storage, 'object')
    this.hints = new Shelf(world.storage, 'hint')
    for (const [key, stored] of this.objects.all) this.expire(key, stored)
    // What an earlier run had written may not be safe yet.
    this.fresh = new Map(this.objects.all)
    this.objects.isDirty = true
    this.settled(() => {
      this.isLoaded = true
      for (const then of this.loading.splice(0)) then()
    })
  }

  /** Calls back when what it has from earlier runs is safe: before that it would answer as if it had nothing. */
  loaded(then: () => void): void {
    if (this.isLoaded) then()
    else this.loading.push(then)
  }

  /** What it answers a read of a key, or of all keys of a partition: only what it cannot lose any more. */
  read(key: string): Objects {
    const single = this.safe.get(key)
    if (single !== undefined) return { [key]: single }
    return Object.fromEntries([...this.safe].filter(([one]) => one.startsWith(`${key}/`)))
  }

  get(key: string): Stored | undefined {
    return this.objects.all.get(key)
  }

  /** All that it keeps for itself. */
  entries(): Iterable<readonly [string, Stored]> {
    return this.objects.all
  }

  /** What it keeps for others. */
  hinted(): ReadonlyMap<string, Stored> {
    return this.hints.all
  }

  /** Takes objects in and calls back when they are safe. */
  put(objects: Objects, then: () => void): void {
    for (const [key, stored] of Object.entries(objects))
      if (this.merge(this.objects, key, stored)) {
        this.fresh.set(key, this.objects.all.get(key)!)
        this.expire(key, stored)
      }
    this.settled(then)
  }

  /** Keeps an object for those who are away, and calls back when it is safe. */
  putHint(key: string, stored: Stored, then: () => void): void {
    this.merge(this.hints, key, stored, this.bug === 'DY3' ? 'memory' : 'disk')
    this.settled(then)
  }

  /** All who are to keep it have this version. */
  dropHint(key: string, stored: Stored): void {
    if (tagOf(this.hints.all.get(key)) === tagOf(stored)) this.hints.drop(key)
  }

  /** Calls back when all that it has is safe: at once where nothing is on its way to the disk. */
  settled(then: () => void): void {
    if (!this.objects.isDirty && !this.hints.isDirty && this.syncs === 0) {
      then()
      return
    }
    this.objects.isDirty = false
    this.hints.isDirty = false
    this.syncs++
    this.batches.push(this.fresh)
    const covered = [...this.batches]
    this.fresh = new Map()
    this.world.storage.sync(() => {
      this.syncs--
      this.secure(covered)
      then()
    })
  }

  /** A sync covers what earlier ones cover as well, and may end before them. */
  private secure(covered: readonly ReadonlyMap<string, Stored>[]): void {
    this.batches = this.batches.filter((batch) => !covered.includes(batch))
    for (const batch of covered)
      for (const [key, stored] of batch)
        this.safe.set(key, merge(this.safe.get(key), stored, this.supersedes))
  }

  private merge(shelf: Shelf, key: string, stored: Stored, where: Where = 'disk'): boolean {
    const before = shelf.all.get(key)
    const after = merge(before, stored, this.supersedes)
    if (tagOf(before) === tagOf(after)) return false
    shelf.put(key, after, where)
    return true
  }

  /** Forgets a tombstone when its time is over. */
  private expire(key: string, stored: Stored): void {
    if (stored.kind !== 'latest' || stored.value !== null) return
    this.world.after(this.bug === 'DY6' ? GRACE_MS.DY6 : GRACE_MS.correct, () => {
      if (tagOf(this.objects.all.get(key)) !== tagOf(stored)) return
      this.objects.drop(key)
      this.safe.delete(key)
    })
  }
}

type Where = 'disk' | 'memory'

/** Objects by key, on disk: each as a value, and a log of all keys that there ever were. */
class Shelf {
  readonly all = new Map<string, Stored>()
  /** Whether something was written that no sync covers. */
  isDirty = false
  private readonly known: Set<string>

  constructor(
    private readonly storage: Storage,
    private readonly name: string,
  ) {
    this.known = new Set(storage.entries(name) as readonly string[])
    for (const key of this.known) {
      const kept = storage.get(`${name}/${key}`) as unknown as Stored | null | undefined
      if (kept !== null && kept !== undefined) this.all.set(key, kept)
    }
  }

  put(key: string, stored: Stored, where: Where): void {
    this.all.set(key, stored)
    if (where === 'disk') this.write(key, stored as unknown as Json)
  }

  drop(key: string): void {
    this.all.delete(key)
    this.write(key, null)
  }

  private write(key: string, value: Json): void {
    this.storage.put(`${this.name}/${key}`, value)
    if (!this.known.has(key)) this.storage.append(this.name, key)
    this.known.add(key)
    this.isDirty = true
  }
}
