/** The helpers of one seat, as the pool sees them: started where the event loop turns, and ended there. */
import { type MessagePort, Worker } from 'node:worker_threads'
import { Board } from './board.ts'
import type { HelperData } from './helper.ts'
import type { Post } from './helpers.ts'

export class Crew {
  private workers: Worker[] = []

  /** @param spare the shared count of threads that may still be started */
  constructor(private readonly spare: Int32Array) {}

  /** Starts a helper for each port; they count as taken already. @param fail told of a bug in a helper */
  hire(post: Post, ports: readonly MessagePort[], fail: (error: Error) => void): void {
    const board = new Board(post.board)
    for (const [helper, port] of ports.entries()) {
      const thread = 1 + helper
      const worker = new Worker(new URL('./helper.js', import.meta.url), {
        workerData: { ...post, thread, port } satisfies HelperData,
        transferList: [port],
        resourceLimits: { maxOldGenerationSizeMb: Math.ceil(post.memoryBytes / 2 ** 20) },
      })
      worker.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') board.end(thread)
        else fail(error)
      })
      worker.on('exit', () => Atomics.add(this.spare, 0, 1))
      this.workers.push(worker)
    }
  }

  /** Ends them all, whatever they are doing. */
  dismiss(): void {
    for (const worker of this.workers) void worker.terminate()
    this.workers = []
  }
}
