/** Anomalies by type: all are counted, the first few of each are told. */
import type { Anomaly } from '../checker.ts'

/** How many of a type are told. */
const SHOWN = 10

export class Tally {
  readonly anomalies: Anomaly[] = []
  private readonly counts = new Map<string, number>()

  add(type: string, tell: () => Omit<Anomaly, 'type'>): void {
    if (this.wants(type)) this.anomalies.push({ type, ...tell() })
    this.counts.set(type, this.of(type) + 1)
  }

  /** Whether the next anomaly of a type will be told. */
  wants(type: string): boolean {
    return this.of(type) < SHOWN
  }

  of(type: string): number {
    return this.counts.get(type) ?? 0
  }

  /** The types found, in the order in which they were, with how many there are of each. */
  get found(): ReadonlyMap<string, number> {
    return this.counts
  }
}
