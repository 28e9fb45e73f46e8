/**
 * One session of ZooKeeper on one connection to one server. ZooKeeper's own clients move a session to another
 * server when a connection breaks; here it ends, so that no call is sent twice and a partition cuts
 * clients off as it cuts off their server. The driver for Node that needs no compiler cannot do this, nor
 * does it know `sync`, so this speaks the protocol itself.
 */
import { connect, type Socket } from 'node:net'
import { type ClusterNode, DefiniteError } from '../../harness/api.ts'
import { CLIENT_PORT } from './nodes.ts'
import { Frames, type Operation, operations, PING_XID, Reader, Writer } from './protocol.ts'

/** Opening a session is a write that a majority takes part in. */
const OPEN_LIMIT_MS = 1000

/** How long the ensemble keeps a session that it does not hear of. */
const SESSION_MS = 10_000

/** ZooKeeper answered, and the answer is an error; `code` is ZooKeeper's own. */
export class ZooKeeperError extends Error {
  override readonly name = 'ZooKeeperError'
  constructor(readonly code: number) {
    super(`ZooKeeper error ${code}`)
  }
}

/** A call that waits for its answer. */
interface Pending {
  readonly xid: number
  readonly resolve: (answer: Reader) => void
  readonly reject: (error: Error) => void
}

export class Session {
  private readonly frames = new Frames()
  /** In the order in which they were sent: so they are answered. */
  private readonly pending: Pending[] = []
  private xid = 0
  private pings: NodeJS.Timeout | undefined
  private opened: Pick<Pending, 'resolve' | 'reject'> | undefined

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    let reason = 'the connection closed'
    socket.on('error', (error) => {
      reason = error.message
    })
    socket.on('close', () => this.fail(new Error(reason)))
  }

  /** Opens a session with one server. @throws why it could not; nothing was asked of it then */
  static async open(node: ClusterNode, limitMs = OPEN_LIMIT_MS): Promise<Session> {
    const session = new Session(connect(node.endpoint(CLIENT_PORT)))
    const timer = setTimeout(
      () => session.socket.destroy(new Error(`no session in ${limitMs} ms`)),
      limitMs,
    )
    try {
      await session.greet()
      return session
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Sends one request. Requests of a session take effect in their order, also when the next one is sent before the
   * last one is answered. @throws DefiniteError when it was not sent; ZooKeeperError when ZooKeeper
   * refuses; an error when the connection closes before the answer
   */
  call(operation: Operation, payload: (request: Writer) => Writer): Promise<Reader> {
    if (!this.socket.writable) return Promise.reject(new DefiniteError('not connected'))
    const xid = ++this.xid
    return new Promise((resolve, reject) => {
      this.pending.push({ xid, resolve, reject })
      this.socket.write(payload(new Writer().int(xid).int(operation)).frame())
    })
  }

  /** Ends the session without waiting for an answer. */
  close(): void {
    if (this.socket.writable && this.opened === undefined)
      this.socket.write(
        new Writer()
          .int(++this.xid)
          .int(operations.closeSession)
          .frame(),
      )
    this.socket.destroySoon()
  }

  /** Drops the connection and whatever is still under way on it. */
  abort(): void {
    this.socket.destroy()
  }

  private async greet(): Promise<void> {
    const answer = new Promise<Reader>((resolve, reject) => {
      this.opened = { resolve, reject }
    })
    const nobody = new Writer().int(0).long(0n).int(SESSION_MS).long(0n).bytes(Buffer.alloc(16))
    this.socket.write(nobody.bool(false).frame())
    const greeting = await answer
    greeting.int()
    const timeoutMs = greeting.int()
    if (timeoutMs <= 0) {
      this.abort()
      throw new Error('ZooKeeper gave no session')
    }
    const ping = new Writer().int(PING_XID).int(operations.ping).frame()
    this.pings = setInterval(() => this.socket.write(ping), timeoutMs / 3)
    this.pings.unref()
  }

  private receive(chunk: Buffer): void {
    for (const message of this.frames.take(chunk)) {
      if (this.opened === undefined) {
        this.settle(new Reader(message))
        continue
      }
      this.opened.resolve(new Reader(message))
      this.opened = undefined
    }
  }

  private settle(answer: Reader): void {
    const xid = answer.int()
    answer.long()
    const code = answer.int()
    if (xid === PING_XID) return
    const call = this.pending.shift()
    if (call?.xid !== xid) {
      this.socket.destroy(new Error(`an answer to request ${xid} came out of turn`))
      call?.reject(new Error('the answers came out of turn'))
    } else if (code === 0) call.resolve(answer)
    else call.reject(new ZooKeeperError(code))
  }

  private fail(error: Error): void {
    clearInterval(this.pings)
    this.opened?.reject(error)
    for (const { reject } of this.pending.splice(0)) reject(error)
  }
}
