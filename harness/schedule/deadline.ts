/** A fault's own work may hang; a run must not hang with it. */
import { type Clock, milliseconds } from '../clock.ts'
import { EnvironmentError } from '../errors.ts'

/** How long faults' work may take, ms, before it counts as hanging. */
export const DEADLINES_MS = { injection: 120_000, evidence: 60_000, heal: 60_000 } as const

/** What the work gives. @throws EnvironmentError when it has not ended in time; it is not stopped */
export const inTime = async <T>(
  clock: Clock,
  what: keyof typeof DEADLINES_MS,
  work: () => Promise<T>,
): Promise<T> => {
  const ms = DEADLINES_MS[what]
  let cancel = (): void => {}
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(milliseconds(ms), () =>
      reject(new EnvironmentError(`its ${what} has not ended after ${ms / 1000} s`)),
    )
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    cancel()
  }
}
