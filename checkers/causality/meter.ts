/** Polls a check's limits from deep inside its loops, and ends it there when they are reached. */
import type { Limits } from '../checker.ts'

/** The limits are reached; `message` is their reason. */
export class OutOfLimits extends Error {
  override readonly name = 'OutOfLimits'
}

export class Meter {
  private steps = 0

  constructor(
    private readonly limits: Limits,
    /** What the checker's tables hold. */
    private held: number,
  ) {}

  /** Adds (or with a negative number takes away) bytes that are held. @throws OutOfLimits */
  hold(bytes: number): void {
    this.held += bytes
    this.poll()
  }

  /** Counts work of about a hundred nanoseconds. @throws OutOfLimits */
  step(): void {
    if ((++this.steps & 0x3fff) === 0) this.poll()
  }

  /** @throws OutOfLimits */
  poll(): void {
    const reason = this.limits.exceeded(this.held)
    if (reason !== undefined) throw new OutOfLimits(reason)
  }
}
