/**
 * A node's disk as its layers use it: whoever writes goes on when what was written is safe. One sync is under
 * way at a time and covers all that was written before it began, so those who wait go on in the order in
 * which they wrote: what is done live and what is done when the log is read again come in the same order.
 */
import type { Json, Storage } from '../../../harness/api.ts'

export class Disk {
  private waiting: (() => void)[] = []
  private isSyncing = false

  constructor(private readonly storage: Storage) {}

  /** What was appended to a log, which may not be safe yet. */
  entries(log: string): readonly Json[] {
    return this.storage.entries(log)
  }

  get(name: string): Json | undefined {
    return this.storage.get(name)
  }

  append(log: string, record: Json, then: () => void): void {
    this.storage.append(log, record)
    this.settled(then)
  }

  put(name: string, value: Json, then: () => void): void {
    this.storage.put(name, value)
    this.settled(then)
  }

  /** Calls back when everything that was written by now is safe. */
  settled(then: () => void): void {
    this.waiting.push(then)
    if (!this.isSyncing) this.sync()
  }

  private sync(): void {
    const covered = this.waiting
    this.waiting = []
    this.isSyncing = true
    this.storage.sync(() => {
      for (const then of covered) then()
      this.isSyncing = false
      if (this.waiting.length > 0) this.sync()
    })
  }
}
