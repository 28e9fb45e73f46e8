/**
 * One connection to a NATS server, with requests and answers and nothing else: the driver's reconnection is
 * off, and its JetStream client is not used, because it publishes again by itself when nobody answers.
 */
import { connect, createInbox, type Msg, type MsgHdrs, type NatsConnection } from 'nats'
import { type ClusterNode, DefiniteError } from '../../harness/api.ts'
import { CLIENT_PORT } from './nodes.ts'

/** Shorter than any sensible operation time-out, so that "never connected" is known as such. */
const CONNECT_LIMIT_MS = 500

/** Longer than any sensible operation time-out: the caller closes the connection when it gives up. */
const ANSWER_LIMIT_MS = 600_000

export class Connection {
  private constructor(private readonly nats: NatsConnection) {}

  /** Connects to one server and never to another. @throws what the driver throws; nothing was sent then */
  static async open(node: ClusterNode, limitMs = CONNECT_LIMIT_MS): Promise<Connection> {
    const { host, port } = node.endpoint(CLIENT_PORT)
    const nats = await connect({
      servers: `${host}:${port}`,
      name: 'schism',
      timeout: limitMs,
      reconnect: false,
      ignoreClusterUpdates: true,
      resolve: false,
      noAsyncTraces: true,
    })
    return new Connection(nats)
  }

  /**
   * Sends one message and waits for the answer to it. @throws DefiniteError when it cannot be sent; whatever
   * the driver throws, which after `close` is a time-out
   */
  request(subject: string, body: string, headers?: MsgHdrs): Promise<Msg> {
    if (this.nats.isClosed()) throw new DefiniteError('not connected')
    const more = headers === undefined ? {} : { headers }
    return this.nats.request(subject, body, { timeout: ANSWER_LIMIT_MS, ...more })
  }

  /**
   * Sends one message and takes the answers as they come, until the caller stops. @throws DefiniteError when it
   * cannot be sent; an error when the connection closes before
   */
  async *requestMany(subject: string, body: string): AsyncGenerator<Msg> {
    if (this.nats.isClosed()) throw new DefiniteError('not connected')
    const inbox = createInbox()
    const subscription = this.nats.subscribe(inbox)
    try {
      this.nats.publish(subject, body, { reply: inbox })
      yield* subscription
      throw new Error('the connection closed')
    } finally {
      subscription.unsubscribe()
    }
  }

  /** Drops the connection and whatever is still under way on it. */
  close(): Promise<void> {
    return this.nats.close()
  }
}
