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
import { BrokenClient, DefiniteError, messageOf, Refused } from './errors.ts'
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
interface Outcome {
  readonly type: 'ok' | 'fail' | 'info'
  /** What was seen; without it the value is the call's. */
  readonly value?: unknown
  readonly error?: string
}

/** A client and what is done with its answers, made once a client and not once an operation. */
interface Line<C extends Call> {
  readonly client: Client<C>
  readonly answered: (value: C['value']) => void
  readonly failed: (error: unknown) => void
}

/** What a thread does at this moment. */
interface Thread<C extends Call> {
  readonly number: number
  readonly node: string
  process: number
  line: Line<C> | undefined
  /** Aborts what the client does; one a client, because an operation that times out ends its client. */
  abort: AbortController
  /** The open call; a completion that comes when there is none is late and ignored. */
  call: C | undefined
  /** How the last call ended, until that is recorded. */
  completion: Unplaced<C> | undefined
  /** Counts the calls, so that a client that opens too late is known as such. */
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
  /** The threads whose call has ended, in that order, until that is recorded. */
  private completed: Thread<C>[] = []
  /** Goes on with the loop; undefined while it runs. */
  private resume: (() => void) | undefined
  /** When the loop wants to be woken if nothing completes before; ns. */
  private due = Number.POSITIVE_INFINITY
  /** The timer that is set for that or for an earlier time. */
  private alarm: { readonly at: number; readonly cancel: () => void } | undefined
  /** Whether the loop is about to be woken for completions. */
  private waking = false
  /** What a client said that cannot go on: the run ends. */
  private broken: BrokenClient | undefined

  constructor(private readonly options: InterpreterOptions<C>) {
    const { threads, nodeOf } = options
    this.numbers = Array.from({ length: threads }, (_, thread) => thread)
    this.free = [...this.numbers]
    this.threadOf = (process) => process % threads
    this.threads = this.numbers.map((number) => ({
      number,
      node: nodeOf(number),
      process: number,
      line: undefined,
      abort: new AbortController(),
      call: undefined,
      completion: undefined,
      turn: 0,
      deadline: 0,
      unwatch: undefined,
    }))
  }

  /**
   * Runs a generator until it is done and its last operation has completed, or until `signal` aborts
   * and the open operations have completed or timed out. May be called again with another generator.
   * @throws BrokenClient as soon as a client does, when what has completed is recorded
   */
  async run(generator: Generator<C>, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', this.wake)
    try {
      await this.play(generator, signal)
    } finally {
      signal.removeEventListener('abort', this.wake)
      this.alarm?.cancel()
      this.alarm = undefined
    }
  }

  private async play(generator: Generator<C>, signal: AbortSignal): Promise<void> {
    const { clock } = this.options
    let current = generator
    let burst = clock.now()
    for (;;) {
      current = this.complete(current)
      if (this.broken !== undefined) throw this.broken
      const idle = this.free.length === this.numbers.length
      const context = this.context()
      const { time } = context
      const step = signal.aborted ? ({ kind: 'done' } as const) : current.step(context)
      if (step.kind === 'done') {
        if (idle) break
        await this.wait(Number.POSITIVE_INFINITY)
      } else if (step.kind === 'call' && step.at <= time) {
        const event = this.invoke(step.call, this.threads[step.thread]!, time)
        current = step.next.update(context, event)
        if (time - burst < BURST_NS) continue
        await new Promise<void>((resolve) => clock.soon(resolve))
        burst = clock.now()
      } else if (step.kind === 'call') {
        await this.wait(step.at)
      } else {
        current = step.next
        await this.wait(step.until ?? Number.POSITIVE_INFINITY)
      }
    }
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
  private wait(until: number): Promise<void> {
    this.due = until
    this.arm()
    return new Promise((resolve) => {
      this.resume = resolve
    })
  }

  private readonly wake = (): void => {
    const { resume } = this
    this.resume = undefined
    this.due = Number.POSITIVE_INFINITY
    resume?.()
  }

  /** Sets the timer, unless one is set that comes early enough: most waits end before their time. */
  private arm(): void {
    const { due, alarm } = this
    if (due === Number.POSITIVE_INFINITY || (alarm !== undefined && alarm.at <= due)) return
    alarm?.cancel()
    const { clock } = this.options
    const cancel = clock.after(due - clock.now(), () => {
      this.alarm = undefined
      if (this.due <= due) this.wake()
      else this.arm()
    })
    this.alarm = { at: due, cancel }
  }

  private invoke(call: C, thread: Thread<C>, time: number): HistoryEvent<C> {
    const { free } = this
    // Mostly the first: the thread that has waited longest.
    if (free[0] === thread.number) free.shift()
    else free.splice(free.indexOf(thread.number), 1)
    thread.call = call
    thread.turn++
    thread.deadline = time + milliseconds(this.options.timeoutMs)
    if (thread.unwatch === undefined) this.watch(thread)
    const event = this.options.record(eventOf(thread, call, 'invoke', call.value, time))
    if (thread.line !== undefined) this.perform(thread, thread.line, call)
    else void this.openAndPerform(thread, thread.turn, call)
    return event
  }

  /** Performs a call, which its line settles, unless the time-out was faster. */
  private perform(thread: Thread<C>, { client, answered, failed }: Line<C>, call: C): void {
    try {
      client.invoke(call, thread.abort.signal).then(answered, failed)
    } catch (error) {
      failed(error)
    }
  }

  private async openAndPerform(thread: Thread<C>, turn: number, call: C): Promise<void> {
    try {
      const client = await this.open(thread, turn)
      thread.line = this.line(thread, client)
      this.perform(thread, thread.line, call)
    } catch (error) {
      if (thread.turn === turn) this.settle(thread, this.failed(call, error))
    }
  }

  /** A broken client ends the run, however late it says so. */
  private heed(error: unknown): void {
    if (!(error instanceof BrokenClient)) return
    this.broken ??= error
    this.wake()
  }

  /** An answer after the thread has got another client belongs to an operation that had timed out. */
  private line(thread: Thread<C>, client: Client<C>): Line<C> {
    const line: Line<C> = {
      client,
      answered: (value) => {
        if (thread.line === line) this.settle(thread, { type: 'ok', value })
      },
      failed: (error) => {
        this.heed(error)
        if (thread.line === line && thread.call !== undefined)
          this.settle(thread, this.failed(thread.call, error))
      },
    }
    return line
  }

  private settle(thread: Thread<C>, { type, value, error }: Outcome): void {
    const { call } = thread
    if (call === undefined) return
    thread.call = undefined
    const { clock } = this.options
    const seen = value === undefined ? call.value : value
    const event = eventOf(thread, call, type, seen, clock.now())
    thread.completion = error === undefined ? event : { ...event, error }
    this.completed.push(thread)
    if (this.waking) return
    const open = this.numbers.length - this.free.length - this.completed.length
    // Nothing else is open that could complete together with it.
    if (open === 0) {
      this.wake()
      return
    }
    // What is ready together is taken together: nothing that has completed waits behind an invocation,
    // and the requests that follow leave in one burst, which spares a server its sleep between them.
    this.waking = true
    clock.soon(this.awaken)
  }

  private readonly awaken = (): void => {
    this.waking = false
    this.wake()
  }

  /** One timer a thread, which looks at the deadline of whatever is open when it comes. */
  private watch(thread: Thread<C>): void {
    const { clock, timeoutMs } = this.options
    thread.unwatch = clock.after(thread.deadline - clock.now(), () => {
      thread.unwatch = undefined
      if (thread.call === undefined) return
      if (clock.now() < thread.deadline) {
        this.watch(thread)
        return
      }
      const { abort, call } = thread
      this.settle(thread, this.indeterminate(call, `timed out after ${timeoutMs} ms`))
      abort.abort()
    })
  }

  private async open(thread: Thread<C>, turn: number): Promise<Client<C>> {
    let client: Client<C>
    try {
      client = await this.options.open(thread.number)
    } catch (error) {
      this.heed(error)
      await sleep(this.options.clock, OPEN_BACKOFF_NS)
      throw new DefiniteError(`no client: ${messageOf(error)}`)
    }
    if (thread.turn === turn && thread.call !== undefined) return client
    // The operation timed out meanwhile: nothing was sent, and the next one opens its own.
    await client.close().catch(() => {})
    throw new DefiniteError('no client in time')
  }

  private failed(call: C, error: unknown): Outcome {
    if (error instanceof Refused) return { type: 'fail', value: error.value }
    if (error instanceof DefiniteError) return { type: 'fail', error: error.message }
    return this.indeterminate(call, messageOf(error))
  }

  private indeterminate(call: C, error: string): Outcome {
    return { type: this.options.safe.has(call.f) ? 'fail' : 'info', error }
  }

  /** Records what has completed, frees the threads and tells the generator. */
  private complete(generator: Generator<C>): Generator<C> {
    const { completed } = this
    if (completed.length === 0) return generator
    this.completed = []
    let current = generator
    for (const thread of completed) {
      const event = this.options.record(thread.completion!)
      thread.completion = undefined
      const { type, error } = event
      // A client that failed may be broken, and one that is in doubt must not be trusted again.
      if (type === 'info' || error !== undefined) void this.discard(thread)
      if (type === 'info') thread.process += this.threads.length
      this.free.push(thread.number)
      current = current.update(this.context(), event)
    }
    return current
  }

  private async discard(thread: Thread<C>): Promise<void> {
    const { line } = thread
    thread.line = undefined
    thread.abort = new AbortController()
    await line?.client.close().catch(() => {})
  }
}

/**
 * An event of a call. Written out field by field: copying with a spread costs more than all the rest
 * of recording, and there are two events an operation.
 */
const eventOf = <C extends Call>(
  { process, node }: Thread<C>,
  { f, key }: C,
  type: OpType,
  value: unknown,
  time: number,
): Unplaced<C> =>
  (key === undefined
    ? { index: 0, time, type, process, f, value, node }
    : { index: 0, time, type, process, f, key, value, node }) as unknown as Unplaced<C>
