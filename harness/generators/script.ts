/** Exactly these calls, each on its thread and at its time: how a recorded run is made again, or a part of it. */
import type { Call } from '../../checkers/history.ts'
import type { Generator, Step } from '../generator.ts'

/** One call of a script. */
export interface ScriptedCall<C extends Call = Call> {
  readonly thread: number
  /** ns after the generator was first asked. */
  readonly at: number
  readonly call: C
}

/**
 * The calls in the order of their times. One whose thread is still busy is made when the thread is free. Done
 * when all are made.
 */
export const script = <C extends Call>(
  calls: readonly ScriptedCall<C>[],
  start?: number,
): Generator<C> => ({
  step(context): Step<C> {
    if (calls.length === 0) return { kind: 'done' }
    // Time counts from here, also when the first call is not due yet and this is asked again.
    if (start === undefined)
      return { kind: 'pending', until: context.time, next: script(calls, context.time) }
    const place = calls.findIndex(({ thread }) => context.free.includes(thread))
    if (place === -1) return { kind: 'pending', next: this }
    const { thread, at, call } = calls[place]!
    const next = script(calls.toSpliced(place, 1), start)
    return { kind: 'call', call, at: Math.max(start + at, context.time), thread, next }
  },
  update() {
    return this
  },
})
