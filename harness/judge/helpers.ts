/**
 * Threads that help with a check, as the thread sees them that checks. It does not come back to its
 * event loop before it has a verdict: so it asks the pool for helpers with a message that needs no reply,
 * hands them tasks over channels that can be read without an event loop, and sleeps on the board.
 *
 * How many threads there may be is counted in shared memory by all checks of a pool: a helper is taken only
 * from processors that nothing else of it keeps busy, such as at the end of many inputs.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Answered, Helpers, Limits } from '../../checkers/checker.ts'
import { Board } from './board.ts'
import type { JudgeInput } from './input.ts'
import { type Budget, outOfMemory } from './limits.ts'

/** What a helper must know to help with a check. */
export interface Post {
  readonly input: JudgeInput
  /** The name of the checker among those for the input. */
  readonly checker: string
  readonly memoryBytes: number
  readonly board: Int32Array
}

/** Steps after which starting a thread, which takes 50 ms, pays. */
const ENOUGH = 1 << 17
/** Steps of a task that are worth the message. */
const LEAST = 256
/** What a thread takes before it does anything: no more of them than the memory has place for. */
const THREAD_BYTES = 64 * 2 ** 20
/** Between two looks at the limits while there is nothing to do but wait. */
const WAIT_MS = 5

/**
 * The limits with helpers for one checker. `hire` starts a thread for each port; `dismiss` ends them all.
 * @param spare the shared count of threads that may still be started
 */
export const withHelpers = (
  limits: Limits,
  budget: Budget,
  spare: Int32Array,
  hire: (ports: readonly MessagePort[], board: Int32Array) => void,
  dismiss: () => void,
): Limits => {
  let board: Board | undefined
  return {
    exceeded: (bytes) => limits.exceeded(board?.hold(0, bytes) ?? bytes),
    helpers: (steps, most) => {
      if (steps < ENOUGH) return undefined
      const size = claim(spare, Math.min(most, Math.floor(budget.memoryBytes / THREAD_BYTES)))
      if (size === 0) return undefined
      const channels = Array.from({ length: size }, () => new MessageChannel())
      board = Board.of(1 + size)
      hire(
        channels.map(({ port2 }) => port2),
        board.cells,
      )
      const close = (): void => {
        board = undefined
        dismiss()
      }
      return new Hired(
        channels.map(({ port1 }) => port1),
        board,
        budget,
        close,
      )
    },
  }
}

/** Takes up to so many of the spare threads. */
const claim = (spare: Int32Array, most: number): number => {
  for (;;) {
    const left = Atomics.load(spare, 0)
    const taken = Math.max(0, Math.min(left, most))
    if (taken === 0 || Atomics.compareExchange(spare, 0, left, left - taken) === left) return taken
  }
}

class Hired implements Helpers {
  readonly least = LEAST
  private readonly toldEnd = new Set<number>()

  constructor(
    private readonly ports: readonly MessagePort[],
    private readonly board: Board,
    private readonly budget: Budget,
    private readonly dismiss: () => void,
  ) {}

  get size(): number {
    return this.ports.length
  }

  give(helper: number, task: unknown): void {
    this.ports[helper]!.postMessage(task)
  }

  take(wait: boolean): Answered | undefined {
    // Counted before looking: what comes in between ends the sleep at once.
    const { events } = this.board
    for (const [helper, port] of this.ports.entries()) {
      const received = receiveMessageOnPort(port) as { readonly message: unknown } | undefined
      if (received !== undefined) return { helper, answer: received.message }
      if (!this.board.isEnded(1 + helper) || this.toldEnd.has(helper)) continue
      this.toldEnd.add(helper)
      return { helper, ended: outOfMemory(this.budget) }
    }
    if (wait) this.board.wait(events, WAIT_MS)
    return undefined
  }

  close(): void {
    for (const port of this.ports) port.close()
    this.dismiss()
  }
}
