/** Threads that play cases, each kept for the next one; when everything is to end, they are told to end well. */
import { Thread } from '../thread.ts'
import type { Job } from './play.ts'
import type { Answer, Order } from './worker.ts'

/** Plays a job to its end. */
export type Play = (job: Job) => Promise<Answer>

export class Players {
  private readonly free: Thread<Order, Answer>[] = []
  private readonly busy = new Set<Thread<Order, Answer>>()
  private readonly stop = (): void => {
    for (const thread of this.busy) thread.tell('stop')
  }

  /** @param signal aborts when what is played is to be healed, judged and ended */
  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.stop)
  }

  /** As many at a time as are asked for. A thread that ends is a bug, and not the next case's. */
  readonly play: Play = async (job) => {
    const thread = this.free.pop() ?? new Thread<Order, Answer>(worker, undefined)
    this.busy.add(thread)
    if (this.signal.aborted) thread.tell('stop')
    try {
      const answer = await thread.ask(job)
      this.free.push(thread)
      return answer
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { kind: 'bug', message }
    } finally {
      this.busy.delete(thread)
    }
  }

  async end(): Promise<void> {
    this.signal.removeEventListener('abort', this.stop)
    await Promise.all([...this.free, ...this.busy].map((thread) => thread.end()))
  }
}

const worker = new URL('./worker.js', import.meta.url)
