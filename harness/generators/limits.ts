/** Bounds: how many calls, for how long, how fast. */
import type { Call } from '../../checkers/history.ts'
import type { Generator, Step } from '../generator.ts'
import type { Stream } from '../random.ts'
import { done, follow } from './basic.ts'

/** At most `count` calls. */
export const limit = <C extends Call>(count: number, generator: Generator<C>): Generator<C> =>
  count <= 0
    ? done
    : {
        step(context) {
          const step = generator.step(context)
          return follow(step, (next) => limit(step.kind === 'call' ? count - 1 : count, next))
        },
        update(context, event) {
          const updated = generator.update(context, event)
          return updated === generator ? this : limit(count, updated)
        },
      }

/** No call at or after `ns` from the moment at which it was first asked. */
export const timeLimit = <C extends Call>(
  ns: number,
  generator: Generator<C>,
  deadline?: number,
): Generator<C> => ({
  step(context): Step<C> {
    const end = deadline ?? context.time + ns
    if (context.time >= end) return { kind: 'done' }
    const step = generator.step(context)
    if (step.kind === 'call' && step.at >= end)
      return { kind: 'pending', until: end, next: timeLimit(ns, generator, end) }
    const bounded = follow(step, (next) => timeLimit(ns, next, end))
    if (bounded.kind !== 'pending') return bounded
    return { ...bounded, until: Math.min(bounded.until ?? end, end) }
  },
  update(context, event) {
    const updated = generator.update(context, event)
    return updated === generator ? this : timeLimit(ns, updated, deadline)
  },
})

/** How far behind its own timetable `stagger` may catch up, in mean intervals. */
const CATCH_UP = 10

/**
 * Calls at a mean interval of `ns`, the intervals drawn uniformly from [0, 2·ns], over all threads. The
 * timetable runs on while threads are late, so that the rate holds on average, but for at most ten
 * intervals: after a pause there is no burst.
 */
export const stagger = <C extends Call>(
  ns: number,
  stream: Stream,
  generator: Generator<C>,
  nextAt?: number,
): Generator<C> => ({
  step(context): Step<C> {
    const step = generator.step(context)
    if (step.kind !== 'call') return follow(step, (next) => stagger(ns, stream, next, nextAt))
    const at = Math.max(step.at, nextAt ?? step.at)
    const [interval, rest] = stream.int(0, Math.round(2 * ns))
    const due = Math.max((nextAt ?? at) + interval, context.time - CATCH_UP * ns)
    return { ...step, at, next: stagger(ns, rest, step.next, due) }
  },
  update(context, event) {
    const updated = generator.update(context, event)
    return updated === generator ? this : stagger(ns, stream, updated, nextAt)
  },
})
