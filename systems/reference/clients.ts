/**
 * Clients of the replicated stores here. A request carries its client's name and a number, so that the store
 * answers one that is sent again without carrying it out again; that is why these clients, unlike those of
 * other systems, send a request again: to the node that is said to lead, or to the next one.
 */
import {
  type Body,
  type Client,
  type ClientContext,
  type Cluster,
  type Conversation,
  DefiniteError,
  isDefinite,
  Refused,
} from '../../harness/api.ts'
import type { ElectionCall } from '../../workloads/election.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import type { Command, Request, Result } from './store.ts'

/** How long one node may take to answer before the next is asked, ms. */
const ANSWER_MS = 250
/** Between two attempts when nobody leads, ms. */
const AGAIN_MS = 30

export const openRegister = async (
  context: ClientContext,
  session = new Session(context),
): Promise<Client<RegisterCall>> => {
  return {
    invoke: async (call, signal) => {
      const key = `register/${call.key}`
      if (call.f === 'read')
        return (await session.do({ f: 'read', key }, signal)).value as number | null
      if (call.f === 'write') {
        await session.do({ f: 'write', key, value: call.value }, signal)
        return call.value
      }
      const [from, to] = call.value
      const { value, swapped } = await session.do({ f: 'cas', key, from, to }, signal)
      if (swapped !== true) throw new Refused([from, to, value])
      return [from, to]
    },
    close: () => session.close(),
  }
}

/** For systems in which every node answers reads: each client asks its own first. */
export const openRegisterAtHome = (context: ClientContext): Promise<Client<RegisterCall>> =>
  openRegister(context, new Session(context, context.node.name))

export const openSet = async (context: ClientContext): Promise<Client<SetCall>> => {
  const session = new Session(context)
  return {
    invoke: async (call, signal) => {
      if (call.f === 'read') {
        const { value } = await session.do({ f: 'read', key: 'set' }, signal)
        return (value ?? []) as readonly number[]
      }
      await session.do({ f: 'append', key: 'set', value: call.value }, signal)
      return call.value
    },
    close: () => session.close(),
  }
}

/** Asks its own node who leads. */
export const openLeader = async ({
  cluster,
  node,
}: ClientContext): Promise<Client<ElectionCall>> => {
  const conversation = await cluster.messages!.open(node.name)
  return {
    invoke: async (_, signal) => {
      const { term, leader } = await conversation.request({ type: 'status' }, signal, ANSWER_MS)
      return { term: (term as string | number) ?? null, leader: (leader as string) ?? null }
    },
    close: () => conversation.close(),
  }
}

/** The nodes that say at this moment that they lead. */
export const primaries = async (
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const answers = await Promise.all(
    cluster.nodes.map(async ({ name }) => {
      const { leads } = await status(cluster, name, signal).catch((): Body => ({ type: 'none' }))
      return leads === true ? [name] : []
    }),
  )
  return answers.flat()
}

/** What a node says of itself. @throws when it does not answer */
export const status = async (
  cluster: Cluster,
  node: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Body> => {
  const conversation = await cluster.messages!.open(node)
  try {
    return await conversation.request({ type: 'status' }, signal, ANSWER_MS)
  } finally {
    await conversation.close()
  }
}

/** One client of a store that understands commands `C`. */
export class Session<C extends { readonly f: string } = Command> {
  private readonly name: string
  private readonly nodes: readonly string[]
  private readonly open = new Map<string, Promise<Conversation>>()
  private current: string
  private requests = 0

  /** Reads ask `home` first, where there is one. */
  constructor(
    private readonly context: ClientContext,
    private readonly home?: string,
  ) {
    const { cluster, node } = context
    this.nodes = cluster.nodes.filter(({ serves }) => serves).map(({ name }) => name)
    this.current = node.name
    this.name = cluster.messages!.name()
  }

  /** @throws DefiniteError when it certainly was not carried out; another error when nobody can say */
  async do(command: C, signal: AbortSignal): Promise<Result> {
    const request: Request<C> = { client: this.name, number: ++this.requests, command }
    let mayHaveHappened = false
    if (command.f === 'read') this.current = this.home ?? this.current
    for (;;) {
      if (signal.aborted) {
        if (mayHaveHappened) throw new Error('no answer in time')
        throw new DefiniteError('every node refused it')
      }
      const answer = await this.ask(request, signal)
      if (answer.type === 'request_ok') return answer as unknown as Result
      if (!isDefinite(answer.code as number)) mayHaveHappened = true
      await this.moveOn(answer)
    }
  }

  async close(): Promise<void> {
    for (const conversation of this.open.values()) await (await conversation).close()
  }

  private async ask(request: Request<C>, signal: AbortSignal): Promise<Body> {
    try {
      const known = this.open.get(this.current)
      const opening = known ?? this.context.cluster.messages!.open(this.current)
      this.open.set(this.current, opening)
      const body = { type: 'request', request: request as unknown as Body['request'] }
      return await (await opening).request(body, signal, ANSWER_MS)
    } catch (error) {
      return { type: 'error', code: error instanceof DefiniteError ? 11 : 0 }
    }
  }

  /** To the node that leads, as far as the answer tells, or to the next. */
  private async moveOn({ leader }: Body): Promise<void> {
    const next = this.nodes[(this.nodes.indexOf(this.current) + 1) % this.nodes.length]!
    this.current = typeof leader === 'string' && leader !== this.current ? leader : next
    if (leader === undefined) await this.context.cluster.sleep(AGAIN_MS)
  }
}
