/** Bounds: how many calls, for how long, how fast. */
import type { Call, HistoryEvent } from '../../checkers/history.ts'
import type { Context, Generator, Step } from '../generator.ts'
import type { Stream } from '../random.ts'
import { called, done, follow } from './basic.ts'

/** At most `count` calls. */
export const limit = <C extends Call>(count: number, generator: Generator<C>): Generator<C> =>
  count <= 0 ? done : new Limit(count, generator)

class Limit<C extends Call> implements Generator<C> {
  constructor(
    private readonly count: number,
    private readonly generator: Generator<C>,
  ) {}

  step(context: Context): Step<C> {
    const step = this.generator.step(context)
    if (step.kind === 'call') return called(step, step.at, limit(this.count - 1, step.next))
    return follow(step, (next) => limit(this.count, next))
  }

  update(context: Context, event: HistoryEvent<C>): Generator<C> {
    const updated = this.generator.update(context, event)
    return updated === this.generator ? this : limit(this.count, updated)
  }
}

/** No call at or after `ns` from the moment at which it was first asked. */
export const timeLimit = <C extends Call>(ns: number, generator: Generator<C>): Generator<C> =>
  new TimeLimit(ns, generator, undefined)

class TimeLimit<C extends Call> implements Generator<C> {
  constructor(
    private readonly ns: number,
    private readonly generator: Generator<C>,
    /** Unknown until it is asked first. */
    private readonly end: number | undefined,
  ) {}

  step(context: Context): Step<C> {
    const { ns, generator, end = context.time + ns } = this
    if (context.time >= end) return { kind: 'done' }
    const step = generator.step(context)
    if (step.kind === 'done') return step
    if (step.kind === 'call')
      return step.at < end
        ? called(step, step.at, new TimeLimit(ns, step.next, end))
        : { kind: 'pending', until: end, next: new TimeLimit(ns, generator, end) }
    const next =
      step.next === generator && end === this.end ? this : new TimeLimit(ns, step.next, end)
    return { kind: 'pending', until: Math.min(step.until ?? end, end), next }
  }

  update(context: Context, event: HistoryEvent<C>): Generator<C> {
    const updated = this.generator.update(context, event)
    return updated === this.generator ? this : new TimeLimit(this.ns, updated, this.end)
  }
}

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
    return called(step, at, stagger(ns, rest, step.next, due))
  },
  update(context, event) {
    const updated = generator.update(context, event)
    return updated === generator ? this : stagger(ns, stream, updated, nextAt)
  },
})
