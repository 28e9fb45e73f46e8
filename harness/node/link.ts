/**
 * One node's way to another: a connection that is opened when there is something to send and again after a
 * break. What cannot be sent now is dropped: programs are made for a network that loses messages. A
 * connection on which nobody answers is given up, so that a cut that has ended shows within a second.
 */
import { connect, type Socket } from 'node:net'
import { monotonicMs } from '../clock.ts'
import type { Message } from '../program.ts'
import { encode } from './wire.ts'

/** How long the other end may leave what it was sent without an answer, ms. */
const PATIENCE_MS = 500
/** Before it is tried again after a break, ms: twice as long each time. */
const AGAIN_MS = { from: 20, to: 320 }
/** What waits to be sent at most, bytes. */
const BACKLOG = 4 * 1024 * 1024

export class Link {
  private socket: Socket | undefined
  /** Set while something that was sent has no answer. */
  private patience: NodeJS.Timeout | undefined
  private notBefore = 0
  private againMs = AGAIN_MS.from

  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** Sends a message, or drops it. */
  send(message: Message): void {
    if (this.socket === undefined && monotonicMs() < this.notBefore) return
    this.socket ??= this.open()
    if (this.socket.writableLength > BACKLOG) return
    this.socket.write(encode(message))
    this.patience ??= setTimeout(() => this.lookAgain(), PATIENCE_MS)
  }

  close(): void {
    this.notBefore = Number.POSITIVE_INFINITY
    this.socket?.destroy()
  }

  private open(): Socket {
    const socket = connect({ host: this.host, port: this.port, noDelay: true })
    socket.on('data', () => {
      this.againMs = AGAIN_MS.from
      this.forgive()
    })
    // What went wrong does not matter: it is closed next.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.socket = undefined
      this.forgive()
      this.notBefore = Math.max(this.notBefore, monotonicMs() + this.againMs)
      this.againMs = Math.min(2 * this.againMs, AGAIN_MS.to)
    })
    return socket
  }

  private forgive(): void {
    clearTimeout(this.patience)
    this.patience = undefined
  }

  /** A node that was frozen itself first reads what has come meanwhile. */
  private lookAgain(): void {
    const { patience, socket } = this
    setImmediate(() => {
      if (this.patience === patience) socket?.destroy()
    })
  }
}
