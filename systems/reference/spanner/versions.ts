/**
 * Values with the timestamps of the transactions that wrote them (Corbett and others 2012, section 2.1). Versions that no
 * reader may ask for any more are dropped.
 */
import type { Json } from '../../../harness/api.ts'
import { partitionOf } from '../transactions/messages.ts'
import type { Found, Wanted, Write } from './messages.ts'

type Version = readonly [stamp: number, value: Json]

/** How long versions are kept beside the latest one, ms. */
const KEPT_MS = 10_000

export class Versions {
  /** The versions of each key by timestamp, the smallest first. */
  private keys = new Map<string, readonly Version[]>()
  /** The rows of each partition. */
  private partitions = new Map<string, Set<string>>()
  /** The largest timestamp. */
  latest = Number.NEGATIVE_INFINITY

  write(stamp: number, writes: readonly Write[]): void {
    this.latest = Math.max(this.latest, stamp)
    for (const [key, value] of writes) {
      const versions = [...(this.keys.get(key) ?? []), [stamp, value] as const]
      this.put(key, this.kept(versions.toSorted(([a], [b]) => a - b)))
    }
  }

  /** What was committed up to a timestamp; the very latest if absent. */
  find(wanted: Wanted, stamp = Number.POSITIVE_INFINITY): Found {
    if (wanted.keys !== undefined)
      return { values: wanted.keys.map((key) => this.at(key, stamp) ?? null) }
    const keys = [...(this.partitions.get(wanted.partition) ?? [])]
    const rows = keys.flatMap((key) => {
      const value = this.at(key, stamp)
      return value === undefined ? [] : [[key, value] as const]
    })
    return { rows }
  }

  /** Whether all that was committed up to a timestamp is still known. */
  reaches(stamp: number): boolean {
    return stamp > this.latest - KEPT_MS
  }

  snapshot(): Json {
    return [...this.keys] as unknown as Json
  }

  restore(snapshot: Json): void {
    this.keys = new Map()
    this.partitions = new Map()
    this.latest = Number.NEGATIVE_INFINITY
    for (const [key, versions] of snapshot as unknown as readonly [string, readonly Version[]][]) {
      this.put(key, versions)
      this.latest = Math.max(this.latest, versions.at(-1)![0])
    }
  }

  private at(key: string, stamp: number): Json | undefined {
    return this.keys.get(key)?.findLast((version) => version[0] <= stamp)?.[1]
  }

  private put(key: string, versions: readonly Version[]): void {
    this.keys.set(key, versions)
    const partition = partitionOf(key)
    const rows = this.partitions.get(partition) ?? new Set()
    this.partitions.set(partition, rows.add(key))
  }

  private kept(versions: readonly Version[]): readonly Version[] {
    const needed = versions.findLastIndex(([stamp]) => !this.reaches(stamp))
    return versions.slice(Math.max(0, needed))
  }
}
