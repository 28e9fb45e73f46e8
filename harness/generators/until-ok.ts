/** Tries until it works. */
import type { Call } from '../../checkers/history.ts'
import type { Generator, Step } from '../generator.ts'
import { done } from './basic.ts'

/**
 * Calls from `generator` until one of its own completes ok. Only the threads that made its calls are
 * watched, so an ok of somebody else's operation does not end it.
 */
export const untilOk = <C extends Call>(
  generator: Generator<C>,
  threads: ReadonlySet<number> = new Set(),
): Generator<C> => ({
  step(context): Step<C> {
    const step = generator.step(context)
    if (step.kind === 'done') return step
    const watched = step.kind === 'call' ? new Set([...threads, step.thread]) : threads
    return { ...step, next: untilOk(step.next, watched) }
  },
  update(context, event) {
    if (event.process === 'nemesis') return this
    const thread = context.threadOf(event.process)
    if (event.type === 'ok' && threads.has(thread)) return done
    const watched = new Set(threads)
    if (event.type !== 'invoke') watched.delete(thread)
    return untilOk(generator.update(context, event), watched)
  },
})
