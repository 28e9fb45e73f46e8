/**
 * The only file that reads a clock. The harness runs on a `Clock`, so that the same interpreter,
 * generators and schedule run on real time against containers and on virtual time in a simulation.
 */

export interface Clock {
  /** Whole ns since the clock's origin; never runs backwards. */
  now(): number
  /**
   * Calls back once, `ns` from now and never before it has returned; the function returned cancels it.
   */
  after(ns: number, callback: () => void): () => void
  /** Calls back when everything else that is ready has run: I/O, timers. */
  soon(callback: () => void): void
}

/** Monotonic real time, with its origin at the moment of this call. */
export const realClock = (): Clock => {
  const origin = performance.now()
  const now = (): number => Math.round((performance.now() - origin) * 1e6)
  return {
    now,
    after: (ns, callback) => {
      const due = now() + ns
      let disarm: () => void
      const check = (): void => {
        if (now() >= due) callback()
        else arm()
      }
      // Timers have a granularity of a millisecond: what is nearer than that is waited for awake.
      const arm = (): void => {
        const left = due - now()
        if (left < 1e6) {
          const immediate = setImmediate(check)
          disarm = () => clearImmediate(immediate)
        } else {
          const timer = setTimeout(check, Math.floor(left / 1e6))
          disarm = () => clearTimeout(timer)
        }
      }
      arm()
      return () => disarm()
    },
    soon: (callback) => {
      setImmediate(callback)
    },
  }
}

/** Sleeps on a clock; returns early, without an error, when the signal aborts. */
export const sleep = (clock: Clock, ns: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const finish = (): void => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(ns, finish)
    signal?.addEventListener('abort', finish)
  })

/** Wall-clock time of the machine: for names and reports only, never for judging. */
export const wallTime = (): Date => new Date()

/** Monotonic milliseconds, for measuring durations. */
export const monotonicMs = (): number => performance.now()

export const seconds = (s: number): number => s * 1e9
export const milliseconds = (ms: number): number => ms * 1e6
