/** A random choice among generators for every call. */
import type { Call } from '../../checkers/history.ts'
import type { Context, Generator, Step } from '../generator.ts'
import type { Stream } from '../random.ts'
import { follow, sooner } from './basic.ts'

/**
 * Picks a generator for every call, each with the same chance (give one twice for a double chance).
 * One that is done leaves the mix; one that has nothing to do now gives way to the others.
 */
export const mix = <C extends Call>(
  stream: Stream,
  generators: readonly Generator<C>[],
): Generator<C> => ({
  step: (context) => stepMix(stream, generators, context),
  update(context, event) {
    const updated = generators.map((generator) => generator.update(context, event))
    return updated.every((generator, place) => generator === generators[place])
      ? this
      : mix(stream, updated)
  },
})

const stepMix = <C extends Call>(
  stream: Stream,
  generators: readonly Generator<C>[],
  context: Context,
): Step<C> => {
  if (generators.length === 0) return { kind: 'done' }
  const [picked, rest] = stream.int(0, generators.length - 1)
  let best: Step<C> = { kind: 'done' }
  for (let turn = 0; turn < generators.length; turn++) {
    const place = (picked + turn) % generators.length
    const step = generators[place]!.step(context)
    if (step.kind === 'done') {
      if (turn === 0) return stepMix(rest, generators.toSpliced(place, 1), context)
      continue
    }
    const next = mix(rest, generators.with(place, step.next))
    best = sooner(
      best,
      follow(step, () => next),
    )
    if (step.kind === 'call' && step.at <= context.time) return best
  }
  return best
}
