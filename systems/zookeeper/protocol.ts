/**
 * ZooKeeper's wire format, as far as it is needed (zookeeper.jute of 3.8): numbers are big-endian, texts and
 * bytes carry their length, -1 stands for none, and every message is preceded by its length.
 */

/** What a request asks for. */
export const operations = {
  create: 1,
  getData: 4,
  setData: 5,
  getChildren: 8,
  sync: 9,
  ping: 11,
  closeSession: -11,
} as const
export type Operation = (typeof operations)[keyof typeof operations]

/** The number of a ping: it is answered out of turn. */
export const PING_XID = -2

/** Writes the fields of one message. */
export class Writer {
  private readonly parts: Buffer[] = []

  int(value: number): this {
    const part = Buffer.alloc(4)
    part.writeInt32BE(value)
    return this.push(part)
  }

  long(value: bigint): this {
    const part = Buffer.alloc(8)
    part.writeBigInt64BE(value)
    return this.push(part)
  }

  bool(value: boolean): this {
    return this.push(Buffer.from([value ? 1 : 0]))
  }

  bytes(value: Buffer): this {
    return this.int(value.length).push(value)
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value))
  }

  /** The message with its length before it. */
  frame(): Buffer {
    const body = Buffer.concat(this.parts)
    const length = Buffer.alloc(4)
    length.writeInt32BE(body.length)
    return Buffer.concat([length, body])
  }

  private push(part: Buffer): this {
    this.parts.push(part)
    return this
  }
}

/** Reads the fields of one message. @throws RangeError when it is too short */
export class Reader {
  private at = 0

  constructor(private readonly message: Buffer) {}

  int(): number {
    this.at += 4
    return this.message.readInt32BE(this.at - 4)
  }

  long(): bigint {
    this.at += 8
    return this.message.readBigInt64BE(this.at - 8)
  }

  bytes(): Buffer {
    const length = Math.max(this.int(), 0)
    if (this.at + length > this.message.length) throw new RangeError('the message is too short')
    this.at += length
    return this.message.subarray(this.at - length, this.at)
  }

  text(): string {
    return this.bytes().toString()
  }

  texts(): readonly string[] {
    return Array.from({ length: Math.max(this.int(), 0) }, () => this.text())
  }
}

/** Splits a stream of bytes into messages. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0)

  /** Takes what has come and gives the messages that are complete. */
  take(chunk: Buffer): readonly Buffer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const messages: Buffer[] = []
    while (this.rest.length >= 4) {
      const end = 4 + this.rest.readInt32BE()
      if (this.rest.length < end) break
      messages.push(this.rest.subarray(4, end))
      this.rest = this.rest.subarray(end)
    }
    return messages
  }
}
