/** What a transaction has seen so far, shard by shard. */
import type { Part, Seen, Write } from './commands.ts'
import type { Wanted } from './controls/control.ts'
import type { Fetched } from './messages.ts'

interface Visit {
  readonly tenure: number
  readonly reads: Seen[]
  readonly scans: (readonly [partition: string, rows: readonly Seen[]])[]
}

interface Named {
  readonly name: string
  readonly began: number
}

export class Footprint {
  private readonly visits = new Map<string, Visit>()

  /** Shards that were read. */
  get shards(): readonly string[] {
    return [...this.visits.keys()]
  }

  /** @returns false when the locks under which it had read there before are lost */
  saw(shard: string, wanted: Wanted, { tenure, seen }: Fetched): boolean {
    const visit = this.visits.get(shard) ?? { tenure, reads: [], scans: [] }
    this.visits.set(shard, visit)
    if ('keys' in wanted) visit.reads.push(...seen)
    else visit.scans.push([wanted.partition, seen])
    return visit.tenure === tenure
  }

  /** What a shard is to promise. */
  part(shard: string, { name, began }: Named, writes: readonly Write[]): Part {
    const { tenure, reads, scans } = this.visits.get(shard) ?? { tenure: 0, reads: [], scans: [] }
    return { transaction: name, began, tenure, reads, scans, writes }
  }
}
