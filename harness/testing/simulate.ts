/** Runs a generator through the real interpreter on virtual time, with clients that a test describes. */
import { type Call, History, type HistoryEvent } from '../../checkers/history.ts'
import { milliseconds } from '../clock.ts'
import type { Generator } from '../generator.ts'
import { Interpreter } from '../interpreter.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface Simulation<C extends Call> {
  readonly threads?: number
  readonly generator: Generator<C>
  /** How long a call takes (ms) and what it does; by default 10 ms and its own value. */
  readonly invoke?: (call: C, process: number, nth: number) => Reaction<C>
  readonly safe?: readonly string[]
  readonly timeoutMs?: number
}

export interface Reaction<C extends Call> {
  readonly afterMs: number
  readonly value?: C['value']
  readonly throws?: Error
}

/** The history of a simulated run, checked for being well-formed. */
export const simulate = async <C extends Call>(options: Simulation<C>): Promise<History<C>> => {
  const clock = new VirtualClock()
  const events: HistoryEvent<C>[] = []
  const { threads = 3, generator, timeoutMs = 1000, safe = [] } = options
  const invoke = options.invoke ?? ((): Reaction<C> => ({ afterMs: 10 }))
  let nth = 0
  let opened = 0
  const interpreter = new Interpreter<C>({
    threads,
    clock,
    safe: new Set(safe),
    timeoutMs,
    nodeOf: (thread) => `n${thread + 1}`,
    record: (event) => {
      const placed = { ...event, index: events.length } as HistoryEvent<C>
      events.push(placed)
      return placed
    },
    open: async () => {
      const client = opened++
      return {
        invoke: async (call) => {
          const { afterMs, value = call.value, throws } = invoke(call, client, nth++)
          await new Promise<void>((resolve) => clock.after(milliseconds(afterMs), resolve))
          if (throws) throw throws
          return value
        },
        close: async () => {},
      }
    },
  })
  await clock.run(interpreter.run(generator, new AbortController().signal))
  return History.from(events)
}
