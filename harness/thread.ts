/**
 * A worker thread that is asked one thing at a time. What it cannot answer because it ended is an error of whoever
 * asked; what is a known kind of failure it answers with.
 */
import { Worker } from 'node:worker_threads'

export class Thread<Question, Answer> {
  private readonly worker: Worker

  /** @param file the worker's, as `new URL('./worker.js', import.meta.url)`; @param data what it is given for all questions */
  constructor(file: URL, data: unknown) {
    this.worker = new Worker(file, { workerData: data })
  }

  /** Asks, while nothing else is. @throws what ended the thread */
  ask(question: Question): Promise<Answer> {
    const { worker } = this
    return new Promise((resolve, reject) => {
      const done = (): void => {
        worker.off('message', hear).off('error', fail).off('exit', exit)
      }
      const hear = (answer: Answer): void => {
        done()
        resolve(answer)
      }
      const fail = (error: Error): void => {
        done()
        reject(error)
      }
      const exit = (code: number): void => fail(new Error(`a thread ended by itself, with ${code}`))
      worker.on('message', hear).on('error', fail).on('exit', exit)
      worker.postMessage(question)
    })
  }

  /** Says something that has no answer. */
  tell(message: Question): void {
    this.worker.postMessage(message)
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}
