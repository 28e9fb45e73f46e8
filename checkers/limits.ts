/**
 * How a check that is deep in its work ends when the limits say so, or when the history is not one that it
 * can read: in both cases as `unknown`, with the reason.
 */
import type { Limits, Verdict } from './checker.ts'
import { NotInModel } from './model.ts'

/** The limits ended the check; the message is their reason. */
export class OutOfLimits extends Error {
  override readonly name = 'OutOfLimits'
}

/** Asks the limits whether to go on. @throws OutOfLimits */
export const poll = (limits: Limits, bytes: number): void => {
  const reason = limits.exceeded(bytes)
  if (reason !== undefined) throw new OutOfLimits(reason)
}

/** Steps between two looks at the limits: well under 10 ms of the work that a step is. */
const STEPS = 1 << 14

/** Asks the limits now and then whether to go on. */
export class Meter {
  private steps = 0

  constructor(
    private readonly limits: Limits,
    /** What the check's own tables hold. */
    public bytes = 0,
  ) {}

  /** Adds (or with a negative number takes away) bytes that are held. @throws OutOfLimits */
  hold(bytes: number): void {
    this.bytes += bytes
    this.poll()
  }

  /** To be called in every step of about a hundred nanoseconds. @throws OutOfLimits */
  step(): void {
    if (++this.steps % STEPS === 0) this.poll()
  }

  /** To be called between phases, and where a step is long. @throws OutOfLimits */
  poll(): void {
    poll(this.limits, this.bytes)
  }
}

/**
 * The verdict of a judgment: `unknown` with the reason where the limits end it, and where an operation
 * is not one of those that the reader, a model or a checker, has.
 */
export const concluded = (reader: string, judgment: () => Verdict): Verdict => {
  try {
    return judgment()
  } catch (error) {
    if (error instanceof OutOfLimits) return { valid: 'unknown', reason: error.message }
    if (error instanceof NotInModel)
      return { valid: 'unknown', reason: `${reader} cannot read this history: ${error.message}` }
    throw error
  }
}
