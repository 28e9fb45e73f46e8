/** What keys hold, and held: versions in the order of their times, of which only so many are kept. */
import type { Json } from '../../../harness/api.ts'
import { isRow, partitionOf } from '../transactions/messages.ts'

export interface Version {
  readonly value: Json
  /** The transaction that wrote it. */
  readonly writer: string
  /** When it was committed; 0 where nobody asks. */
  readonly at: number
}

interface History {
  /** The oldest first. */
  readonly versions: readonly Version[]
  /** Whether there were older ones. */
  readonly isCut: boolean
}

const NOTHING: History = { versions: [], isCut: false }

export class Versions {
  /** The latest time of a version. */
  newest = 0
  private keys = new Map<string, History>()
  /** By partition. */
  private rows = new Map<string, Set<string>>()

  constructor(private readonly most: number) {}

  latest(key: string): Version | undefined {
    return this.of(key).versions.at(-1)
  }

  /** The latest version that is not younger than a time; `cut` when it is not kept any more. */
  asOf(key: string, at: number): Version | 'cut' | undefined {
    const { versions, isCut } = this.of(key)
    const found = versions.findLast((version) => version.at <= at)
    return found ?? (isCut ? 'cut' : undefined)
  }

  /** The keys of a partition that were ever written. */
  rowsOf(partition: string): readonly string[] {
    return [...(this.rows.get(partition) ?? [])]
  }

  install(key: string, version: Version): void {
    const { versions, isCut } = this.of(key)
    const all = [...versions, version].sort((a, b) => a.at - b.at)
    const kept = all.slice(-this.most)
    this.keys.set(key, { versions: kept, isCut: isCut || kept.length < all.length })
    this.newest = Math.max(this.newest, version.at)
    this.index(key)
  }

  snapshot(): Json {
    return [...this.keys] as unknown as Json
  }

  restore(snapshot: Json): void {
    this.keys = new Map(snapshot as unknown as [string, History][])
    this.rows = new Map()
    for (const [key, { versions }] of this.keys) {
      this.newest = Math.max(this.newest, versions.at(-1)?.at ?? 0)
      this.index(key)
    }
  }

  private of(key: string): History {
    return this.keys.get(key) ?? NOTHING
  }

  private index(key: string): void {
    if (!isRow(key)) return
    const partition = partitionOf(key)
    this.rows.set(partition, (this.rows.get(partition) ?? new Set()).add(key))
  }
}
