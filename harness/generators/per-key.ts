/**
 * Independent keys: the threads form groups of a bounded size, each group works on one key with a
 * generator of its own and moves on to a fresh key when that is done. Checking cost grows fast with
 * the operations and threads on one key, so a long run is many short histories (Jepsen's `independent`).
 */
import type { Call, Key } from '../../checkers/history.ts'
import type { Context, Generator, Step } from '../generator.ts'
import { sequence } from './basic.ts'
import { share, synchronize } from './threads.ts'

/**
 * `make(key)` is the generator for one key; its calls carry the key. Group g of G works on the keys
 * g, g+G, g+2G, …, each when every call on the one before has completed. Never done by itself.
 */
export const perKey = <C extends Call & { readonly key?: Key }>(
  threadsPerKey: number,
  make: (key: number) => Generator<C>,
): Generator<C> => ({
  step(context): Step<C> {
    const groups = grouped(context.threads, threadsPerKey)
    return share(
      groups.map((threads, group) => ({
        threads,
        generator: keysFrom(group, groups.length, make),
      })),
    ).step(context)
  },
  update() {
    return this
  },
})

const grouped = (threads: readonly number[], size: number): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(threads.length / size) }, (_, group) =>
    threads.slice(group * size, (group + 1) * size),
  )

/** One key after another, for ever; made when it is needed. */
const keysFrom = <C extends Call>(
  key: number,
  stride: number,
  make: (key: number) => Generator<C>,
): Generator<C> =>
  lazily(() => sequence(withKey(key, make(key)), synchronize(keysFrom(key + stride, stride, make))))

const lazily = <C extends Call>(make: () => Generator<C>): Generator<C> => ({
  step: (context: Context) => make().step(context),
  update() {
    return this
  },
})

const withKey = <C extends Call>(key: number, generator: Generator<C>): Generator<C> => ({
  step(context): Step<C> {
    const step = generator.step(context)
    if (step.kind === 'done') return step
    const next = withKey(key, step.next)
    return step.kind === 'call' ? { ...step, call: { key, ...step.call }, next } : { ...step, next }
  },
  update(context, event) {
    const updated = generator.update(context, event)
    return updated === generator ? this : withKey(key, updated)
  },
})
