/** How a check that is deep in its work ends when the limits say so. */
import type { Limits } from '../checker.ts'

/** The limits ended the check; the message is their reason. */
export class OutOfLimits extends Error {
  override readonly name = 'OutOfLimits'
}

/** Asks the limits whether to go on. @throws OutOfLimits */
export const poll = (limits: Limits, bytes: number): void => {
  const reason = limits.exceeded(bytes)
  if (reason !== undefined) throw new OutOfLimits(reason)
}
