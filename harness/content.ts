/** What a program's disk holds at one moment, and the writes that make it so: shared by all kinds of disks. */
import type { Json } from '../checkers/ledger.ts'

export type Write =
  | { readonly kind: 'put'; readonly name: string; readonly value: Json }
  | { readonly kind: 'append'; readonly name: string; readonly value: Json }
  | { readonly kind: 'truncate'; readonly name: string; readonly length: number }

export class Content {
  readonly values = new Map<string, Json>()
  readonly logs = new Map<string, Json[]>()

  apply(write: Write): void {
    if (write.kind === 'put') this.values.set(write.name, write.value)
    else if (write.kind === 'append') this.log(write.name).push(write.value)
    else this.log(write.name).length = Math.min(write.length, this.log(write.name).length)
  }

  log(name: string): Json[] {
    const known = this.logs.get(name)
    if (known !== undefined) return known
    const fresh: Json[] = []
    this.logs.set(name, fresh)
    return fresh
  }

  copy(): Content {
    const copy = new Content()
    for (const write of this.writes()) copy.apply(write)
    return copy
  }

  /** The fewest writes that lead here from nothing. */
  *writes(): Generator<Write> {
    for (const [name, value] of this.values) yield { kind: 'put', name, value }
    for (const [name, records] of this.logs)
      for (const value of records) yield { kind: 'append', name, value }
  }

  get isEmpty(): boolean {
    return this.values.size === 0 && [...this.logs.values()].every(({ length }) => length === 0)
  }
}
