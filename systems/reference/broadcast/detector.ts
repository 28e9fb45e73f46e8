/**
 * A failure detector: everybody says now and then that it is there, and who has been silent for long is taken for dead. It may
 * be wrong about that, and then changes its mind (Chandra and Toueg, "Unreliable Failure Detectors for Reliable Distributed
 * Systems", 1996: eventually perfect while messages arrive in time).
 */
import type { World } from '../../../harness/api.ts'
import { Presence } from '../presence.ts'
import { others } from './links.ts'

/** Between two signs of life, ms. */
const BEAT_MS = 50
/** So many turns of silence are too many. */
const SILENT = 5

export class Detector {
  private readonly presence: Presence
  private readonly suspected = new Set<string>()
  private readonly listeners: ((node: string) => void)[] = []

  constructor(private readonly world: World) {
    this.presence = new Presence(others(world), SILENT)
  }

  isSuspected(node: string): boolean {
    return this.suspected.has(node)
  }

  /** Calls back when a node is taken for dead. It looks for that from the first listener on. */
  onSuspicion(then: (node: string) => void): void {
    if (this.listeners.push(then) === 1) this.turn()
  }

  heard(node: string): void {
    this.presence.heard(node)
    this.suspected.delete(node)
  }

  private turn(): void {
    this.presence.turn()
    for (const node of others(this.world)) {
      this.world.send(node, { type: 'alive' })
      if (this.presence.has(node) || this.suspected.has(node)) continue
      this.suspected.add(node)
      for (const listener of this.listeners) listener(node)
    }
    this.world.after(BEAT_MS, () => this.turn())
  }
}
