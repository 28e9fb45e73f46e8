/**
 * What the threads of one check tell each other without a message: what each holds in memory, for the
 * limit is one for all of them, and that an answer is there. The first thread is the check's own.
 */

/** The cell that counts what happened; behind it one cell a thread. */
const EVENTS = 0
/** What a thread holds that was ended because it held too much. */
const ENDED = -1

export class Board {
  /** @param cells shared memory: that of another thread's board, or new for so many threads */
  constructor(readonly cells: Int32Array) {}

  static of(threads: number): Board {
    return new Board(new Int32Array(new SharedArrayBuffer(4 * (1 + threads))))
  }

  /** Notes how many bytes a thread holds; how many all hold together. */
  hold(thread: number, bytes: number): number {
    Atomics.store(this.cells, 1 + thread, Math.ceil(bytes / 1024))
    let all = 0
    for (let at = 1; at < this.cells.length; at++) all += Math.max(0, Atomics.load(this.cells, at))
    return all * 1024
  }

  /** Notes that a thread is gone, for it held too much. */
  end(thread: number): void {
    Atomics.store(this.cells, 1 + thread, ENDED)
    this.tell()
  }

  isEnded(thread: number): boolean {
    return Atomics.load(this.cells, 1 + thread) === ENDED
  }

  /** How often something happened so far. */
  get events(): number {
    return Atomics.load(this.cells, EVENTS)
  }

  /** Wakes whoever waits. */
  tell(): void {
    Atomics.add(this.cells, EVENTS, 1)
    Atomics.notify(this.cells, EVENTS)
  }

  /** Sleeps until something happens that is not among the `events` so far. */
  wait(events: number, ms: number): void {
    Atomics.wait(this.cells, EVENTS, events, ms)
  }
}
