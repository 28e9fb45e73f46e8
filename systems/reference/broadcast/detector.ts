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
    this.turn()
  }

  isSuspected(node: string): boolean {
    return this.suspected.has(node)
  }

  onSuspicion(then: (node: string) => void): void {
    this.listeners.push(then)
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
