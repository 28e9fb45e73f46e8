/**
 * A client program in any language: one child process a client, which reads requests from its standard input and
 * answers on its standard output, a JSON document a line (docs/stdio-client.md). Whatever it says is data from outside: an
 * answer that is none, an end or silence makes it a broken client, with what it printed on standard error.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { execa } from 'execa'
import { BrokenClient, type Json } from '../../../harness/api.ts'

/** How long a program may take to start and answer `init`, ms. */
const INIT_MS = 10_000
/** How long a program may take to end when its input has ended, ms. */
const END_MS = 1000
/** The longest line that is read, in characters. */
const LONGEST_LINE = 16 * 2 ** 20
/** How much of what it printed is quoted. */
const QUOTED_LINES = 10
const QUOTED_LENGTH = 200
/** How much of standard error is kept, in characters. */
const KEPT_ERRORS = 8192

export type Message = Readonly<Record<string, unknown>>

/** What a shell says when it cannot start a command. */
const notStarted: readonly (number | undefined)[] = [126, 127]

/** It ended: while a system starts that may mean no more than that there was nobody to connect to. */
export class EndedProgram extends BrokenClient {}

/** Waits for one line. */
interface Waiting {
  readonly resolve: (message: Message) => void
  readonly reject: (error: BrokenClient) => void
}

export class Program {
  private readonly child
  private unread = ''
  private errors = ''
  private waiting: Waiting | undefined
  private broken: BrokenClient | undefined
  private closed = false

  /** Starts it, in a shell. @param node whose clients it is, for messages */
  constructor(
    private readonly command: string,
    private readonly node: string,
  ) {
    this.child = execa(command, {
      shell: true,
      reject: false,
      buffer: false,
      stdin: 'pipe',
      // A group of its own: whatever the shell starts ends with it, and Ctrl-C is for schism, which heals first.
      detached: true,
    })
    // A program that has ended takes nothing more; that it has is said below.
    this.child.stdin.on('error', () => {})
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.read(text))
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-KEPT_ERRORS)
    })
    void this.child.then(({ exitCode, signal }) => this.ended(exitCode, signal))
  }

  /** Whether the shell could not start it at all. */
  get isMissing(): boolean {
    return notStarted.includes(this.child.exitCode ?? undefined)
  }

  /** Tells it where to connect. @throws Error with its own words when it cannot; BrokenClient */
  async init(message: Readonly<Record<string, Json>>): Promise<void> {
    const giveUp = new AbortController()
    const silence = wait(INIT_MS, undefined, { signal: giveUp.signal }).then(
      () => this.break(`did not answer init within ${INIT_MS / 1000} s`),
      () => {},
    )
    const answer = await this.ask(message).finally(() => giveUp.abort())
    await silence
    if (answer.type === 'init_ok') return
    if (answer.type === 'init_error') throw new Error(String(answer.error ?? 'init_error'))
    throw this.break(`answered init with ${quoted(JSON.stringify(answer))}: expected init_ok`)
  }

  /** One request and its answer; one at a time. @throws BrokenClient */
  ask(message: Readonly<Record<string, Json>>): Promise<Message> {
    return new Promise((resolve, reject) => {
      if (this.broken !== undefined) {
        reject(this.broken)
        return
      }
      this.waiting = { resolve, reject }
      this.child.stdin.write(`${JSON.stringify(message)}\n`)
    })
  }

  /** Says that it is broken and how, once, to whoever waits, and ends it. */
  break(how: string, Kind: typeof BrokenClient = BrokenClient): BrokenClient {
    const what = `the client program ${this.command} (for ${this.node}) ${how}`
    this.broken ??= new Kind([what, ...this.lastErrors()].join('\n'))
    const { waiting } = this
    this.waiting = undefined
    waiting?.reject(this.broken)
    this.kill()
    return this.broken
  }

  /** Ends its input; a program that does not end then is killed. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.child.stdin.end()
    const patience = new AbortController()
    void this.child.finally(() => patience.abort())
    wait(END_MS, undefined, { signal: patience.signal }).then(
      () => this.kill(),
      () => {},
    )
  }

  private kill(): void {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }

  private read(text: string): void {
    const lines = (this.unread + text).split('\n')
    this.unread = lines.pop()!
    if (this.unread.length > LONGEST_LINE) {
      this.unread = ''
      this.break(`printed a line of more than ${LONGEST_LINE} characters`)
    }
    for (const line of lines) if (line.trim() !== '') this.take(line)
  }

  private take(line: string): void {
    const message = parsed(line)
    const { waiting } = this
    if (message === undefined) {
      this.break(`printed ${quoted(line)}: expected one JSON object a line`)
      return
    }
    if (waiting === undefined) {
      if (!this.closed) this.break(`printed ${quoted(line)} when nothing was asked`)
      return
    }
    this.waiting = undefined
    waiting.resolve(message)
  }

  private ended(code: number | undefined, signal: string | undefined): void {
    if (this.closed && this.waiting === undefined) return
    this.break(`ended with ${signal ?? `exit code ${code}`}`, EndedProgram)
  }

  private lastErrors(): readonly string[] {
    const lines = this.errors.split('\n').filter((line) => line.trim() !== '')
    if (lines.length === 0) return ['  (it printed nothing on standard error)']
    return lines.slice(-QUOTED_LINES).map((line) => `  ${line}`)
  }
}

const parsed = (line: string): Message | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Message) : undefined
  } catch {
    return undefined
  }
}

export const quoted = (text: string): string =>
  JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text)
