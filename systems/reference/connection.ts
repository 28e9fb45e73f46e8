/**
 * A client's connection to one run of a node, as TCP gives it and messages alone do not: it ends with the
 * process, and nothing that was sent on it is carried out twice. The client asks the node for the name of
 * its run and puts that on every request; the node refuses what was meant for an earlier run, and takes each
 * request once. For stores whose commands have no numbers of their own: a late copy of a write would undo
 * what came after it.
 */
import {
  type Body,
  type ClientContext,
  type Conversation,
  DefiniteError,
  isDefinite,
  type Message,
  refusal,
  type World,
} from '../../harness/api.ts'

/** How long a node may take to say the name of its run, ms. */
const HELLO_MS = 300
/** Longer than any operation may take: its time-out aborts it, ms. */
const LONG_MS = 600_000

/** The client's end. */
export class Connection {
  private conversation: Promise<Conversation> | undefined
  private run: string | undefined

  constructor(private readonly context: ClientContext) {}

  /** @throws DefiniteError when it certainly was not carried out; another error when nobody can say */
  async request(body: Body, signal: AbortSignal): Promise<Body> {
    const { cluster, node } = this.context
    this.conversation ??= cluster.messages!.open(node.name)
    const conversation = await this.conversation
    this.run ??= await hello(conversation, signal)
    const answer = await conversation.request({ run: this.run, ...body }, signal, LONG_MS)
    if (answer.type !== 'error') return answer
    if (answer.stranger === true) this.run = undefined
    const text = String(answer.text)
    throw isDefinite(answer.code as number) ? new DefiniteError(text) : new Error(text)
  }

  async close(): Promise<void> {
    await (await this.conversation)?.close()
  }
}

const hello = async (conversation: Conversation, signal: AbortSignal): Promise<string> => {
  const answer = await conversation
    .request({ type: 'hello' }, signal, HELLO_MS)
    .catch((): Body => ({ type: 'error' }))
  if (typeof answer.run === 'string') return answer.run
  throw new DefiniteError('the node does not say hello, so nothing was sent')
}

/** The node's end. */
export class Door {
  private readonly seen = new Set<string>()

  /** @param run a name that no other run of this or another node has */
  constructor(
    private readonly world: World,
    private readonly run: string,
  ) {}

  /** Whether a request is to be carried out; answers it where it is not. */
  admits(message: Message): boolean {
    const { src, body } = message
    if (body.type === 'hello') {
      this.world.send(src, { type: 'hello_ok', in_reply_to: body.msg_id!, run: this.run })
      return false
    }
    if (body.run !== this.run) {
      const refused = refusal(message, 'temporarily-unavailable', 'meant for an earlier run')
      this.world.send(src, { stranger: true, ...refused })
      return false
    }
    const name = `${src}/${body.msg_id}`
    if (this.seen.has(name)) return false
    this.seen.add(name)
    return true
  }
}
