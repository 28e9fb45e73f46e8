/** Waits before it begins: for systems that may take a while until all replicas agree. */
import type { Call } from '../../checkers/history.ts'
import type { Generator, Step } from '../generator.ts'

/** Does nothing for so many ns from the moment at which it was first asked, then what `generator` does. */
export const later = <C extends Call>(ns: number, generator: Generator<C>): Generator<C> => ({
  step: (context): Step<C> => from(context.time + ns, generator).step(context),
  update() {
    return this
  },
})

const from = <C extends Call>(begin: number, generator: Generator<C>): Generator<C> => ({
  step(context): Step<C> {
    if (context.time < begin) return { kind: 'pending', until: begin, next: this }
    return generator.step(context)
  },
  update() {
    return this
  },
})
