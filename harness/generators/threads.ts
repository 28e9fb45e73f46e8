/** Who does what: phases over all threads, ranges of threads, a copy for each thread. */
import type { Call, HistoryEvent } from '../../checkers/history.ts'
import type { Context, Generator, Step } from '../generator.ts'
import { done, follow, sooner } from './basic.ts'

/** Starts when every thread is free: no call of before is still open. */
export const synchronize = <C extends Call>(generator: Generator<C>): Generator<C> => ({
  step(context): Step<C> {
    if (context.free.length < context.threads.length) return { kind: 'pending', next: this }
    return generator.step(context)
  },
  update(context, event) {
    const updated = generator.update(context, event)
    return updated === generator ? this : synchronize(updated)
  },
})

/** Each generator in turn; every call of one has completed before the next begins. */
export const phases = <C extends Call>(...generators: readonly Generator<C>[]): Generator<C> => {
  const [first, ...rest] = generators
  if (first === undefined) return done
  const later = (): Generator<C> => (rest.length === 0 ? done : synchronize(phases(...rest)))
  return {
    step: (context) =>
      follow(
        first.step(context),
        (next) => phases(next, ...rest),
        () => later().step(context),
      ),
    update(context, event) {
      const updated = first.update(context, event)
      return updated === first ? this : phases(updated, ...rest)
    },
  }
}

/** A generator with the threads it may use. */
interface Share<C extends Call> {
  readonly threads: readonly number[]
  readonly generator: Generator<C>
}

/**
 * Dedicates threads: the first `count` to the first generator, and so on; the rest to `otherwise`. Slow
 * calls of one cannot starve another.
 */
export const reserve = <C extends Call>(
  ranges: readonly (readonly [count: number, generator: Generator<C>])[],
  otherwise: Generator<C>,
): Generator<C> => ({
  step(context) {
    let from = 0
    const shares = ranges.map(([count, generator]): Share<C> => {
      const threads = context.threads.slice(from, from + count)
      from += count
      return { threads, generator }
    })
    return share([...shares, { threads: context.threads.slice(from), generator: otherwise }]).step(
      context,
    )
  },
  update() {
    return this
  },
})

/** A copy of the generator for every thread. */
export const eachThread = <C extends Call>(generator: Generator<C>): Generator<C> => ({
  step: (context) =>
    share(context.threads.map((thread) => ({ threads: [thread], generator }))).step(context),
  update() {
    return this
  },
})

/** Several generators side by side, each on threads of its own; done when all are. */
export const share = <C extends Call>(
  shares: readonly Share<C>[],
  owners: ReadonlyMap<number, number> = new Map(
    shares.flatMap(({ threads }, place) => threads.map((thread) => [thread, place])),
  ),
): Generator<C> => ({
  step: (context) => stepShared(shares, owners, context),
  update(context, event) {
    const place = ownerOf(owners, context, event)
    if (place === undefined) return this
    const { threads, generator } = shares[place]!
    const updated = generator.update(part(shares, owners, place, context), event)
    if (updated === generator) return this
    return share(shares.with(place, { threads, generator: updated }), owners)
  },
})

/** Asks the owners of the threads that have waited longest first: mostly the first can go at once. */
const stepShared = <C extends Call>(
  shares: readonly Share<C>[],
  owners: ReadonlyMap<number, number>,
  context: Context,
): Step<C> => {
  let best: Step<C> = { kind: 'done' }
  const asked = new Set<number>()
  const ask = (place: number): boolean => {
    asked.add(place)
    const { threads, generator } = shares[place]!
    const step = follow(generator.step(part(shares, owners, place, context)), (next) =>
      share(shares.with(place, { threads, generator: next }), owners),
    )
    best = sooner(best, step)
    return step.kind === 'call' && step.at <= context.time
  }
  for (const thread of context.free) {
    const place = owners.get(thread)
    if (place !== undefined && !asked.has(place) && ask(place)) return best
  }
  for (let place = 0; place < shares.length; place++) if (!asked.has(place)) ask(place)
  return best
}

const part = <C extends Call>(
  shares: readonly Share<C>[],
  owners: ReadonlyMap<number, number>,
  place: number,
  context: Context,
): Context => ({
  ...context,
  threads: shares[place]!.threads,
  free: context.free.filter((thread) => owners.get(thread) === place),
})

const ownerOf = <C extends Call>(
  owners: ReadonlyMap<number, number>,
  context: Context,
  event: HistoryEvent<C>,
): number | undefined =>
  event.process === 'nemesis' ? undefined : owners.get(context.threadOf(event.process))
