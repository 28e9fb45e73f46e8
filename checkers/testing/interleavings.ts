/**
 * For tests: random small histories of any operations. Threads invoke and complete in any order, answers
 * are drawn from few values, so that about as many histories are right as wrong.
 */
import fc from 'fast-check'
import { type EventInput, History, type Key } from '../history.ts'

export interface Drawn {
  readonly f: string
  readonly key?: Key
  readonly value: unknown
}

export interface Interleaving {
  readonly call: fc.Arbitrary<Drawn>
  /** What an ok completion says; `pick` is 0 to 99. */
  readonly answer: (call: Drawn, pick: number) => unknown
  /** The longest history, in events. */
  readonly most: number
  /** How many threads there are; 3 unless given. */
  readonly threads?: number
}

/** One in ten operations stays indeterminate, one in ten fails. Times are positions in ms. */
export const interleavings = ({
  call,
  answer,
  most,
  threads = 3,
}: Interleaving): fc.Arbitrary<History> =>
  fc
    .array(fc.record({ thread: fc.nat(threads - 1), call, fate: fc.nat(9), pick: fc.nat(99) }), {
      minLength: 1,
      maxLength: most,
    })
    .map((steps) => {
      const events: EventInput[] = []
      const open = new Map<number, Drawn>()
      const processes = Array.from({ length: threads }, (_, thread) => thread)
      steps.forEach(({ thread, call: drawn, fate, pick }, at) => {
        const process = processes[thread]!
        const pending = open.get(thread)
        const time = at * 1e6
        if (pending === undefined) {
          events.push({ ...drawn, process, type: 'invoke', time })
          open.set(thread, drawn)
          return
        }
        open.delete(thread)
        const type = fate === 0 ? 'info' : fate === 1 ? 'fail' : 'ok'
        if (type === 'info') processes[thread]! += threads
        const value = type === 'ok' ? answer(pending, pick) : pending.value
        events.push({ ...pending, process, type, value, time })
      })
      return History.from(events)
    })
