/**
 * Transactions as clients run them. A transaction that ends before its commit was asked for has certainly not happened, whatever
 * ended it. Of a commit only the word of the coordinating node counts: a client that hears nothing asks again, for the same
 * transaction, and when it never hears nobody can say.
 */
import {
  type Body,
  type ClientContext,
  type Conversation,
  DefiniteError,
  isDefinite,
  type Json,
  Refused,
} from '../../../harness/api.ts'
import {
  type Access,
  type Begun,
  type Commit,
  partitionOf,
  type ReadOk,
  type ScanOk,
  type TransactionRequest,
} from './messages.ts'

/** Who does not answer for so long is asked again, ms. */
const ANSWER_MS = 400
/** Who runs its work again does not wait long, ms. */
const HASTY_MS = 100
/** Before a node is asked again, ms. */
const AGAIN_MS = 20
/** Nobody waits for the answer to it, ms. */
const ABORT_MS = 1

/** What a client does in a transaction: it sees its own writes. */
export interface Transaction {
  /** What the keys hold, in their order. @throws DefiniteError when the transaction is over */
  read(...keys: readonly string[]): Promise<readonly Json[]>
  /** The rows of a partition, by key. @throws DefiniteError when the transaction is over */
  scan(partition: string): Promise<ReadonlyMap<string, Json>>
  write(key: string, value: Json): void
}

export type Work<T> = (transaction: Transaction) => Promise<T>

/** What a client makes of a commit that nobody answers: the same question, or the same work once more. */
export type AfterSilence = 'ask-again' | 'run-again'

/** One client's transactions, which its own node coordinates. */
export class Transactions {
  private conversation: Promise<Conversation> | undefined

  constructor(
    private readonly context: ClientContext,
    private readonly afterSilence: AfterSilence = 'ask-again',
  ) {}

  /** @throws DefiniteError when it certainly was not committed; another error when nobody can say */
  async run<T>(access: Access, work: Work<T>, signal: AbortSignal): Promise<T> {
    const { transaction } = await this.begin(access, signal)
    const open = new OpenTransaction((request) => this.ask(request, signal), transaction)
    let value: T
    try {
      value = await work(open)
    } catch (error) {
      // What it saw is told, so it must have been true.
      if (error instanceof Refused) await this.commit(transaction, [], signal)
      else await this.abort(transaction)
      throw definite(error)
    }
    try {
      await this.commit(transaction, [...open.writes], signal)
    } catch (error) {
      const isOver = signal.aborted || error instanceof DefiniteError
      if (this.afterSilence === 'run-again' && !isOver) return this.run(access, work, signal)
      throw error
    }
    return value
  }

  async close(): Promise<void> {
    await (await this.conversation)?.close()
  }

  private async begin(access: Access, signal: AbortSignal): Promise<Begun> {
    try {
      return (await this.ask({ type: 'begin', access }, signal)) as unknown as Begun
    } catch (error) {
      throw definite(error)
    }
  }

  private async commit(
    transaction: string,
    writes: Commit['writes'],
    signal: AbortSignal,
  ): Promise<void> {
    const request = { type: 'commit', transaction, writes } as const
    try {
      if (this.afterSilence === 'ask-again') await this.ask(request, signal)
      else throwError(await this.send(request, signal, HASTY_MS))
    } catch (error) {
      // What only read has changed nothing, whatever became of it.
      throw writes.length === 0 ? definite(error) : error
    }
  }

  private async abort(transaction: string): Promise<void> {
    const never = new AbortController().signal
    await this.send({ type: 'abort', transaction }, never, ABORT_MS).catch(() => {})
  }

  /** Asks until there is an answer. @throws DefiniteError when it certainly did not happen */
  private async ask(request: TransactionRequest, signal: AbortSignal): Promise<Body> {
    for (let tried = 1; ; tried++) {
      const answer = await this.send(request, signal, ANSWER_MS).catch((error: unknown) => {
        // What was sent before may be on its way still.
        if (error instanceof DefiniteError && tried === 1) throw error
        return undefined
      })
      if (answer !== undefined) return throwError(answer)
      if (signal.aborted) throw new Error('no answer in time')
      // A connection that is refused is refused at once.
      await this.context.cluster.sleep(AGAIN_MS, signal)
    }
  }

  private async send(
    request: TransactionRequest,
    signal: AbortSignal,
    withinMs: number,
  ): Promise<Body> {
    const { cluster, node } = this.context
    this.conversation ??= cluster.messages!.open(node.name)
    return (await this.conversation).request(request as unknown as Body, signal, withinMs)
  }
}

class OpenTransaction implements Transaction {
  readonly writes = new Map<string, Json>()

  constructor(
    private readonly ask: (request: TransactionRequest) => Promise<Body>,
    private readonly transaction: string,
  ) {}

  async read(...keys: readonly string[]): Promise<readonly Json[]> {
    const { transaction } = this
    const unseen = keys.filter((key) => !this.writes.has(key))
    if (unseen.length === 0) return keys.map((key) => this.writes.get(key)!)
    const answer = await this.ask({ type: 'read', transaction, keys: unseen })
    const { values } = answer as unknown as ReadOk
    return keys.map((key) => this.writes.get(key) ?? values[unseen.indexOf(key)] ?? null)
  }

  async scan(partition: string): Promise<ReadonlyMap<string, Json>> {
    const { transaction } = this
    const answer = await this.ask({ type: 'scan', transaction, partition })
    const { rows } = answer as unknown as ScanOk
    const own = [...this.writes].filter(([key]) => partitionOf(key) === partition)
    return new Map([...rows, ...own])
  }

  write(key: string, value: Json): void {
    this.writes.set(key, value)
  }
}

/** @throws the error that an answer is, if it is one */
const throwError = (answer: Body): Body => {
  if (answer.type !== 'error') return answer
  const text = String(answer.text)
  throw isDefinite(answer.code as number) ? new DefiniteError(text) : new Error(text)
}

/** Nothing happens before a commit is asked for. */
const definite = (error: unknown): Error => {
  if (error instanceof DefiniteError) return error
  return new DefiniteError(error instanceof Error ? error.message : String(error))
}
