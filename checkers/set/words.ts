/**
 * Puts each kind of anomaly of a set into one sentence, and names the fewest operations that prove it
 * for one of the elements: for a lost one its add and the last read that had to hold it.
 */
import type { Anomaly } from '../checker.ts'
import { elementsOf } from '../guarded.ts'
import type { History } from '../history.ts'
import { show } from '../model.ts'
import { type Fates, NEVER } from './fates.ts'

/** Numbers of the elements of each fate, in the order of their first appearance. */
export interface Groups {
  /** How many adds were acknowledged. */
  acked: number
  readonly lost: number[]
  readonly stale: number[]
  readonly unexpected: number[]
  readonly duplicated: number[]
  readonly recovered: number[]
  readonly unjudged: number[]
}

/** Tells the anomalies of one history. */
export class Words {
  constructor(
    private readonly history: History,
    private readonly fates: Fates,
    private readonly groups: Groups,
  ) {}

  lost(): Anomaly | undefined {
    const { lost } = this.groups
    if (lost.length === 0) return undefined
    const [example] = lost as [number]
    const { start } = this.fates.reads[this.fates.missing[example]!]!
    const [first, last] = this.window(lost)
    const acknowledged = lost.every((element) => this.fates.acked[element] !== NEVER)
    const what = acknowledged
      ? `${lost.length} of ${this.groups.acked} acknowledged adds ${are(lost)} lost`
      : `${count(lost)} that had been there ${are(lost)} lost`
    const when = lost.length === 1 ? `at ${first}` : `from ${first} to ${last}`
    const summary =
      `${what}: ${few(this.fates, lost)}, ${acknowledged ? 'acknowledged' : 'there'} ${when}; ` +
      `${this.name(example)} is missing from the read that ${this.process(start)} began ` +
      `at ${this.time(start)}, and no read from then on holds it`
    return this.anomaly('lost', summary, lost, [...this.knownBy(example), start])
  }

  stale(): Anomaly | undefined {
    const { stale } = this.groups
    if (stale.length === 0) return undefined
    const [example] = stale as [number]
    const { start } = this.fates.reads[this.fates.missing[example]!]!
    const summary =
      `${count(stale)} already there when a read without ${stale.length === 1 ? 'it' : 'them'} began: ` +
      `${few(this.fates, stale)}; ${this.name(example)} was there by ` +
      `${this.time(this.knownAt(example))} and is missing from the read that ` +
      `${this.process(start)} began at ${this.time(start)}`
    return this.anomaly('stale-read', summary, stale, [...this.knownBy(example), start])
  }

  unexpected(): Anomaly | undefined {
    const { unexpected } = this.groups
    if (unexpected.length === 0) return undefined
    const [example] = unexpected as [number]
    const read = this.fates.reads[this.fates.unexpected[example]!]!
    const attempted = this.fates.attempted[example]!
    const why =
      attempted === NEVER
        ? 'nobody ever added it'
        : this.fates.added[example] === NEVER
          ? 'every add of it failed'
          : 'its add began only later'
    const summary =
      `${count(unexpected)} in a read that could not be there: ${few(this.fates, unexpected)}; ` +
      `${this.process(read.start)} read ${this.name(example)} at ${this.time(read.end)}, but ${why}`
    const add = attempted === NEVER ? [] : [attempted]
    return this.anomaly('unexpected', summary, unexpected, [...add, read.start])
  }

  duplicated(): Anomaly | undefined {
    const { duplicated } = this.groups
    if (duplicated.length === 0) return undefined
    const [example] = duplicated as [number]
    const read = this.fates.reads[this.fates.doubled[example]!]!
    const summary =
      `${count(duplicated)} more than once in one read: ${few(this.fates, duplicated)}; ` +
      `${this.process(read.start)} read ${this.name(example)} more than once at ${this.time(read.end)}`
    return this.anomaly('duplicated', summary, duplicated, [read.start])
  }

  private anomaly(
    type: string,
    summary: string,
    elements: readonly number[],
    positions: readonly number[],
  ): Anomaly {
    const { index } = this.history.columns
    return {
      type,
      summary,
      ops: positions.map((position) => index[position]!).sort((a, b) => a - b),
      elements: elementsOf(elements.map((element) => this.fates.elements[element]!)),
    }
  }

  /** Invocations that show that the read which lacks an element had to hold it. */
  private knownBy(element: number): number[] {
    const { acked, ackedAdd, attempted, firstSeen, missing, reads } = this.fates
    const lacking = reads[missing[element]!]!
    if (acked[element] !== NEVER && acked[element]! < lacking.start) return [ackedAdd[element]!]
    const seenBy = this.history.columns.partner[firstSeen[element]!]!
    return attempted[element] === NEVER ? [seenBy] : [attempted[element]!, seenBy]
  }

  /** Position from which the element was certainly there. */
  private knownAt(element: number): number {
    const acked = this.fates.acked[element]!
    const seen = this.fates.firstSeen[element]!
    const lacking = this.fates.reads[this.fates.missing[element]!]!
    return acked !== NEVER && acked < lacking.start ? acked : seen
  }

  private window(elements: readonly number[]): readonly [first: string, last: string] {
    const at = elements.map((element) => this.knownAt(element))
    const first = at.reduce((a, b) => Math.min(a, b))
    const last = at.reduce((a, b) => Math.max(a, b))
    return [this.time(first), this.time(last)]
  }

  private name(element: number): string {
    return show(this.fates.elements[element]!)
  }

  private process(position: number): string {
    return `process ${this.history.columns.process[position]}`
  }

  private time(position: number): string {
    return this.history.moment(position)
  }
}

/** The first and the last few elements. */
export const few = (fates: Fates, elements: readonly number[]): string => {
  const names = (some: readonly number[]): string =>
    some.map((element) => show(fates.elements[element]!)).join(', ')
  return elements.length <= 8
    ? names(elements)
    : `${names(elements.slice(0, 5))}, … ${names(elements.slice(-2))}`
}

const count = ({ length }: readonly number[]): string =>
  length === 1 ? '1 element' : `${length} elements`

const are = ({ length }: readonly number[]): string => (length === 1 ? 'is' : 'are')
