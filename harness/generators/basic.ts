/** The smallest generators: nothing, one call, calls from a state, several one after another. */
import type { Call } from '../../checkers/history.ts'
import type { Context, Generator, Step } from '../generator.ts'

const finished: Step<never> = { kind: 'done' }

/** Does nothing, ever. */
export const done: Generator<never> = { step: () => finished, update: () => done }

/**
 * Calls made from a state: `next` returns a call and the state after it, or undefined when there are
 * no more. The thread that has waited longest performs each, at once.
 */
export const iterate = <S, C extends Call>(
  state: S,
  next: (state: S) => readonly [C, S] | undefined,
): Generator<C> => new Iterate(state, next)

/** A class, as are the bounds: there is a new one for every call, and an instance makes no closures. */
class Iterate<S, C extends Call> implements Generator<C> {
  constructor(
    private readonly state: S,
    private readonly next: (state: S) => readonly [C, S] | undefined,
  ) {}

  step(context: Context): Step<C> {
    const thread = context.free[0]
    if (thread === undefined) return { kind: 'pending', next: this }
    const made = this.next(this.state)
    if (made === undefined) return finished
    const next = new Iterate(made[1], this.next)
    return { kind: 'call', call: made[0], at: context.time, thread, next }
  }

  update(): Generator<C> {
    return this
  }
}

/** The same call again and again. */
export const repeat = <C extends Call>(call: C): Generator<C> => iterate(0, () => [call, 0])

/** One call, once. */
export const once = <C extends Call>(call: C): Generator<C> =>
  iterate(false, (asked) => (asked ? undefined : [call, true]))

/** Each generator in turn, the next when the one before is done (its calls may still be open). */
export const sequence = <C extends Call>(...generators: readonly Generator<C>[]): Generator<C> => {
  const [first, ...rest] = generators
  if (first === undefined) return done
  if (rest.length === 0) return first // no layer: endless chains stay flat
  return {
    step: (context) =>
      follow(
        first.step(context),
        (next) => sequence(next, ...rest),
        () => sequence(...rest).step(context),
      ),
    update(context, event) {
      const updated = first.update(context, event)
      return updated === first ? this : sequence(updated, ...rest)
    },
  }
}

/** A child's step as the step of the combinator around it. */
export const follow = <C extends Call>(
  step: Step<C>,
  around: (next: Generator<C>) => Generator<C>,
  whenDone: () => Step<C> = () => finished,
): Step<C> =>
  step.kind === 'done'
    ? whenDone()
    : step.kind === 'call'
      ? called(step, step.at, around(step.next))
      : { ...step, next: around(step.next) }

/** A call at another time and with another successor; a spread would cost more than all the rest. */
export const called = <C extends Call>(
  { call, thread }: Step<C> & { readonly kind: 'call' },
  at: number,
  next: Generator<C>,
): Step<C> => ({ kind: 'call', call, at, thread, next })

/**
 * The sooner of two steps: a call before any pending, an earlier call before a later one; the first
 * where they tie. Two pendings wake at the earlier time; `done` loses to everything.
 */
export const sooner = <C extends Call>(a: Step<C>, b: Step<C>): Step<C> => {
  if (a.kind === 'done') return b
  if (b.kind === 'done') return a
  if (a.kind === 'call') return b.kind === 'call' && b.at < a.at ? b : a
  if (b.kind === 'call') return b
  return (b.until ?? Number.POSITIVE_INFINITY) < (a.until ?? Number.POSITIVE_INFINITY) ? b : a
}
