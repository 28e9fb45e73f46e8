/**
 * Collects what eventual consistency rules out, by cell, and puts each kind into one sentence with the
 * fewest operations that prove it for one of the cells.
 */
import type { Anomaly } from '../checker.ts'
import { few } from '../guarded.ts'
import type { Cells } from './cells.ts'
import type { Site } from './quiescence.ts'

interface Divergence {
  readonly cell: number
  readonly sites: readonly [Site, Site]
  readonly states: readonly [number, number]
}

interface Wrong {
  readonly cell: number
  readonly state: number
  readonly site: Site
  readonly sites: number
}

export class Findings {
  private readonly divergences: Divergence[] = []
  private readonly wrong = new Map<string, Wrong[]>()

  constructor(private readonly cells: Cells) {}

  /** Two replicas show different states of a cell in the end. */
  diverged(cell: number, sites: readonly [Site, Site], states: readonly [number, number]): void {
    this.divergences.push({ cell, sites, states })
  }

  /** All replicas agree on a state that no order of the updates leads to. */
  settledWrong(cell: number, state: number, sites: readonly Site[]): void {
    const { type } = this.cells.contradiction(cell, state) ?? {}
    // What no update ever led to is a phantom already.
    if (type === undefined) return
    const some = this.wrong.get(type) ?? []
    this.wrong.set(type, some)
    some.push({ cell, state, site: sites[0]!, sites: sites.length })
  }

  anomalies(): readonly (Anomaly | undefined)[] {
    return [
      this.divergence(),
      ...['lost', 'resurrected'].map((type) => this.contradiction(type)),
      this.phantom(),
      this.duplicated(),
    ]
  }

  counts(): Readonly<Record<string, number>> {
    return {
      divergent: this.divergences.length,
      lost: this.wrong.get('lost')?.length ?? 0,
      resurrected: this.wrong.get('resurrected')?.length ?? 0,
      phantom: new Set(this.cells.phantoms.map(({ cell, state }) => `${cell} ${state}`)).size,
      duplicated: new Set(this.cells.duplicates.map(({ cell }) => cell)).size,
    }
  }

  private divergence(): Anomaly | undefined {
    const { cells } = this
    const [example] = this.divergences
    if (example === undefined) return undefined
    const { cell, sites, states } = example
    const reads = sites.map((site) => site.last.at(-1)!)
    const told = sites.map(
      (site, at) => `${site.name} ${cells.tells(cell, states[at]!)} ${this.at(reads[at]!)}`,
    )
    const summary = `the replicas differ in the end about ${this.list(this.divergences)}: ${told.join(', ')}`
    return this.anomaly('divergence', summary, this.divergences, reads)
  }

  private contradiction(type: string): Anomaly | undefined {
    const [example, ...others] = this.wrong.get(type) ?? []
    if (example === undefined) return undefined
    const { cells } = this
    const { cell, state, site, sites } = example
    const { updates, why } = cells.contradiction(cell, state)!
    const read = site.last.at(-1)!
    const who = sites === 1 ? site.name : `all ${sites} replicas agree and ${site.name}`
    const summary =
      `${this.list([example, ...others])} ${others.length === 0 ? 'is' : 'are'} ${type}: ` +
      `${who} ${cells.tells(cell, state)} ${this.at(read)}, but ${why}`
    return this.anomaly(type, summary, [example, ...others], [read], updates)
  }

  private phantom(): Anomaly | undefined {
    const { phantoms } = this.cells
    const [example] = phantoms
    if (example === undefined) return undefined
    const { cell, state, read, why } = example
    const summary =
      `${this.list(phantoms)}: ${this.who(read)} saw that the replica ` +
      `${this.cells.tells(cell, state)}, but ${why}`
    return this.anomaly('phantom', summary, phantoms, [read])
  }

  private duplicated(): Anomaly | undefined {
    const { duplicates } = this.cells
    const [example] = duplicates
    if (example === undefined) return undefined
    const summary =
      `${this.list(duplicates)} more than once in a read: ${this.who(example.read)} ` +
      `read ${this.cells.name(example.cell)} more than once`
    return this.anomaly('duplicated', summary, duplicates, [example.read])
  }

  private anomaly(
    type: string,
    summary: string,
    cells: readonly { readonly cell: number }[],
    reads: readonly number[],
    updates: readonly number[] = [],
  ): Anomaly {
    const { index } = this.cells.history.columns
    const positions = [...updates, ...reads.map((read) => this.cells.reads[read]!.start)]
    return {
      type,
      summary,
      ops: positions.map((position) => index[position]!).sort((a, b) => a - b),
      elements: distinct(cells)
        .slice(0, 1000)
        .map((cell) => this.cells.label(cell)),
    }
  }

  private list(some: readonly { readonly cell: number }[]): string {
    const cells = distinct(some)
    if (cells.length === 1) return this.cells.name(cells[0]!)
    const names = cells.map((cell) => String(this.cells.label(cell)))
    return `${cells.length} (${few(names)})`
  }

  /** `(process 3, read at 12.410 s)` */
  private at(read: number): string {
    const { history, reads } = this.cells
    const { start } = reads[read]!
    return `(process ${history.columns.process[start]}'s read of ${history.moment(start)})`
  }

  private who(read: number): string {
    const { history, reads } = this.cells
    const { start, end } = reads[read]!
    return `process ${history.columns.process[start]}, reading at ${history.moment(end)},`
  }
}

const distinct = (some: readonly { readonly cell: number }[]): readonly number[] => [
  ...new Set(some.map(({ cell }) => cell)),
]
