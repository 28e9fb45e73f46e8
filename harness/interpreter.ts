/**
 * Runs a generator against clients, with Jepsen's semantics. A thread runs one logical process at a
 * time: invoke, await, complete. Completions are taken before new invocations are asked for, because a
 * completion that waits would make operations look concurrent that were not. `info` retires the process:
 * its thread goes on under a new process number (its own plus the number of threads) and a new client.
 * This is the one place that decides between ok, fail and info.
 */
import type { Call, EventInput, HistoryEvent, OpType } from '../checkers/history.ts'
import type { Client } from './api.ts'
import { type Clock, milliseconds, sleep } from './clock.ts'
import { DefiniteError, messageOf, Refused } from './errors.ts'
import type { Context, Generator } from './generator.ts'

export interface InterpreterOptions<C extends Call> {
  readonly threads: number
  readonly clock: Clock
  /** Opens a client for a thread's next process. */
  readonly open: (thread: number) => Promise<Client<C>>
  /** The name of the node that a thread's clients belong to. */
  readonly nodeOf: (thread: number) => string
  /** The `f`s that change nothing: indeterminate means fail. */
  readonly safe: ReadonlySet<string>
  /** An operation that takes longer is indeterminate; ms. */
  readonly timeoutMs: number
  /** Takes every event as it happens; gives it its index and its time (ns, never backwards). */
  readonly record: (event: Unplaced<C>) => HistoryEvent<C>
}

/** An event before the recorder has given it its index. */
export type Unplaced<C extends Call> = Omit<EventInput, 'value' | 'f' | 'key'> & C

/** How an operation ended. */
type Outcome<C extends Call> =
  | { readonly type: 'ok'; readonly value: C['value'] }
  | { readonly type: 'fail'; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'info'; readonly error: string }

/** An operation that has ended, before it is recorded. */
interface Completion<C extends Call> {
  readonly thread: number
  readonly time: number
  readonly call: C
  readonly outcome: Outcome<C>
}

/** What a thread does at this moment. */
interface Thread<C extends Call> {
  process: number
  client: Client<C> | undefined
  /** Aborts what the client does; one a client, because an operation that times out ends its client. */
  abort: AbortController
  /** The open call; a completion that comes when there is none is late and ignored. */
  call: C | undefined
  /** Counts the calls, so that a late completion of an earlier one is known as such. */
  turn: number
  /** When the open call times out; ns. */
  deadline: number
  /** Cancels the timer that looks at the deadline; undefined when none runs. */
  unwatch: (() => void) | undefined
}

/** A client that cannot open keeps its thread this long, so that a dead node does not eat the rate. */
const OPEN_BACKOFF_NS = milliseconds(100)

/** The longest that generators and completions may run without letting timers and I/O in. */
const BURST_NS = milliseconds(1)

export class Interpreter<C extends Call> {
  private readonly threads: Thread<C>[]
  /** The numbers of all threads. */
  private readonly numbers: readonly number[]
  private readonly free: number[]
  private readonly threadOf: (process: number) => number
  private readonly completions: Completion<C>[] = []
  private wake: () => void = () => {}
  /** Whether the loop is about to be woken for completions. */
  private waking = false

  constructor(private readonly options: InterpreterOptions<C>) {
    const { threads } = options
    this.numbers = Array.from({ length: threads }, (_, thread) => thread)
    this.free = [...this.numbers]
    this.threadOf = (process) => process % threads
    this.threads = this.numbers.map((process) => ({
      process,
      client: undefined,
      abort: new AbortController(),
      call: undefined,
      turn: 0,
      deadline: 0,
      unwatch: undefined,
    }))
  }

  /**
   * Runs a generator until it is done and its last operation has completed, or until `signal` aborts
   * and the open operations have completed or timed out. May be called again with another generator.
   */
  async run(generator: Generator<C>, signal: AbortSignal): Promise<void> {
    const { clock } = this.options
    const stop = (): void => this.wake()
    signal.addEventListener('abort', stop)
    let current = generator
    let burst = clock.now()
    for (;;) {
      current = this.complete(current)
      const idle = this.free.length === this.numbers.length
      const context = this.context()
      const step = signal.aborted ? ({ kind: 'done' } as const) : current.step(context)
      if (step.kind === 'done') {
        if (idle) break
        await this.wait(undefined)
      } else if (step.kind === 'call' && step.at <= context.time) {
        const event = this.invoke(step.call, step.thread)
        current = step.next.update(this.context(), event)
        if (clock.now() - burst < BURST_NS) continue
        await clock.yield()
        burst = clock.now()
      } else if (step.kind === 'call') {
        await this.wait(step.at)
      } else {
        current = step.next
        await this.wait(step.until)
      }
    }
    signal.removeEventListener('abort', stop)
  }

  /** Closes every client. */
  async close(): Promise<void> {
    for (const thread of this.threads) thread.unwatch?.()
    await Promise.all(this.threads.map((thread) => this.discard(thread)))
  }

  private context(): Context {
    const { free, numbers, threadOf } = this
    return { time: this.options.clock.now(), free, threads: numbers, threadOf }
  }

  /** Sleeps until a completion comes or the time (ns) is reached. */
  private async wait(until: number | undefined): Promise<void> {
    const { clock } = this.options
    const ns = until === undefined ? undefined : until - clock.now()
    await new Promise<void>((resolve) => {
      const cancel = ns === undefined ? () => {} : clock.after(ns, () => this.wake())
      this.wake = () => {
        cancel()
        this.wake = () => {}
        resolve()
      }
    })
  }

  private invoke(call: C, number: number): HistoryEvent<C> {
    const { clock, record, nodeOf, timeoutMs } = this.options
    const thread = this.threads[number]!
    const time = clock.now()
    this.free.splice(this.free.indexOf(number), 1)
    thread.call = call
    thread.turn++
    thread.deadline = time + milliseconds(timeoutMs)
    if (thread.unwatch === undefined) this.watch(thread, number)
    const { process } = thread
    const event = record(
      eventOf(call, call.value, { time, type: 'invoke', process, node: nodeOf(number) }),
    )
    void this.perform(thread, number, thread.turn, call)
    return event
  }

  /** Performs one call and settles it, unless the time-out was faster. */
  private async perform(thread: Thread<C>, number: number, turn: number, call: C): Promise<void> {
    try {
      const client = thread.client ?? (await this.open(thread, number, turn))
      const value = await client.invoke(call, thread.abort.signal)
      this.settle(number, turn, { type: 'ok', value })
    } catch (error) {
      this.settle(number, turn, this.failed(call, error))
    }
  }

  private settle(number: number, turn: number, outcome: Outcome<C>): void {
    const thread = this.threads[number]!
    const { call } = thread
    if (thread.turn !== turn || call === undefined) return
    thread.call = undefined
    const { clock } = this.options
    this.completions.push({ thread: number, time: clock.now(), call, outcome })
    if (this.waking) return
    const open = this.numbers.length - this.free.length - this.completions.length
    // Nothing else is open that could complete together with it.
    if (open === 0) {
      this.wake()
      return
    }
    // What is ready together is taken together: nothing that has completed waits behind an invocation,
    // and the requests that follow leave in one burst, which spares a server its sleep between them.
    this.waking = true
    clock.after(0, () => {
      this.waking = false
      this.wake()
    })
  }

  /** One timer a thread, which looks at the deadline of whatever is open when it comes. */
  private watch(thread: Thread<C>, number: number): void {
    const { clock, timeoutMs } = this.options
    thread.unwatch = clock.after(thread.deadline - clock.now(), () => {
      thread.unwatch = undefined
      if (thread.call === undefined) return
      if (clock.now() < thread.deadline) {
        this.watch(thread, number)
        return
      }
      const { abort, call, turn } = thread
      this.settle(number, turn, this.indeterminate(call, `timed out after ${timeoutMs} ms`))
      abort.abort()
    })
  }

  private async open(thread: Thread<C>, number: number, turn: number): Promise<Client<C>> {
    let client: Client<C>
    try {
      client = await this.options.open(number)
    } catch (error) {
      await sleep(this.options.clock, OPEN_BACKOFF_NS)
      throw new DefiniteError(`no client: ${messageOf(error)}`)
    }
    if (thread.turn === turn && thread.call !== undefined) {
      thread.client = client
      return client
    }
    // The operation timed out meanwhile: nothing was sent, and the next one opens its own.
    await client.close().catch(() => {})
    throw new DefiniteError('no client in time')
  }

  private failed(call: C, error: unknown): Outcome<C> {
    if (error instanceof Refused) return { type: 'fail', value: error.value }
    if (error instanceof DefiniteError) return { type: 'fail', error: error.message }
    return this.indeterminate(call, messageOf(error))
  }

  private indeterminate(call: C, error: string): Outcome<C> {
    return { type: this.options.safe.has(call.f) ? 'fail' : 'info', error }
  }

  /** Records what has completed, frees the threads and tells the generator. */
  private complete(generator: Generator<C>): Generator<C> {
    let current = generator
    const { length } = this.threads
    for (const completion of this.completions) {
      const { outcome } = completion
      const thread = this.threads[completion.thread]!
      const event = this.options.record(this.completed(thread.process, completion))
      // A client that failed may be broken, and one that is in doubt must not be trusted again.
      const sound =
        outcome.type === 'ok' || (outcome.type === 'fail' && outcome.error === undefined)
      if (!sound) void this.discard(thread)
      if (outcome.type === 'info') thread.process += length
      this.free.push(completion.thread)
      current = current.update(this.context(), event)
    }
    this.completions.length = 0
    return current
  }

  private completed(process: number, { call, outcome, thread, time }: Completion<C>): Unplaced<C> {
    const value = 'value' in outcome && outcome.value !== undefined ? outcome.value : call.value
    const { type } = outcome
    const event = eventOf(call, value, { time, type, process, node: this.options.nodeOf(thread) })
    return 'error' in outcome && outcome.error !== undefined
      ? { ...event, error: outcome.error }
      : event
  }

  private async discard(thread: Thread<C>): Promise<void> {
    const { client } = thread
    thread.client = undefined
    thread.abort = new AbortController()
    await client?.close().catch(() => {})
  }
}

/**
 * An event of a call. Written out field by field: copying with a spread costs more than all the rest
 * of recording, and there are two events an operation.
 */
const eventOf = <C extends Call>(
  { f, key }: C,
  value: unknown,
  { time, type, process, node }: { time: number; type: OpType; process: number; node: string },
): Unplaced<C> =>
  (key === undefined
    ? { index: 0, time, type, process, f, value, node }
    : { index: 0, time, type, process, f, key, value, node }) as unknown as Unplaced<C>
