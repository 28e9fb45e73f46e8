/** The broadcasts and reads of each channel of a history, with messages numbered in the order in which they first appear. */
import { type Read, siteName } from '../eventual/quiescence.ts'
import { strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, type Key, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel, type Primitive, primitive, show } from '../model.ts'

/** An ok read. */
export interface Log extends Read {
  /** The node that was read, or where the history names none the process. */
  readonly site: string
  /** Numbers of the messages, in the order of delivery. */
  readonly messages: Int32Array
}

export class Channel {
  /** In the order of their completions. */
  readonly reads: Log[] = []
  sent = 0
  acknowledged = 0
  /** By number: the message, the invocation of its broadcast that did not fail or NONE, its ok or NONE. */
  readonly messages: Primitive[] = []
  readonly starts: number[] = []
  readonly acks: number[] = []
  /** By number: who broadcast it, and what its node had delivered by then, as far as that is told. */
  readonly senders: string[] = []
  readonly after: (readonly number[])[] = []
  private readonly numbers = new Map<Primitive, number>()

  constructor(
    readonly history: History,
    /** Undefined for operations without a key. */
    readonly key: Key | undefined,
  ) {}

  number(message: unknown): number {
    const name = primitive(message)
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.messages.length
    this.numbers.set(name, number)
    this.messages.push(name)
    this.starts.push(NONE)
    this.acks.push(NONE)
    this.senders.push('')
    this.after.push([])
    return number
  }

  /** Whether a read that ended at a position may show a message. */
  isSentBy(message: number, position: number): boolean {
    const start = this.starts[message]!
    return start !== NONE && start < position
  }
}

/** What a message costs in a channel's tables, bytes. */
const MESSAGE_BYTES = 200

/** O(the length of all reads). */
export const channelsOf = (history: History, meter: Meter): readonly Channel[] => {
  const { type, process, f, key, partner } = history.columns
  const channels = new Map<number, Channel>()
  for (let position = 0; position < history.length; position++) {
    meter.step()
    if (process[position] === NEMESIS) continue
    const at = key[position]!
    const channel = channels.get(at) ?? new Channel(history, history.keys[at])
    channels.set(at, channel)
    const name = history.fs[f[position]!]
    if (name !== 'broadcast' && name !== 'read')
      throw strange(history, position, 'broadcast or read')
    const before = channel.messages.length
    if (name === 'broadcast' && type[position] === INVOKE) addBroadcast(channel, position)
    if (name === 'read' && type[position] === OK) addRead(channel, partner[position]!, position)
    if (channel.messages.length > before)
      meter.hold((channel.messages.length - before) * MESSAGE_BYTES)
  }
  return [...channels.values()]
}

const addBroadcast = (channel: Channel, start: number): void => {
  const { history } = channel
  const { value, partner, type, index } = history.columns
  const end = partner[start]!
  channel.sent++
  if (end !== NONE && type[end] === FAIL) return
  const message = channel.number(messageIn(value.at(start)))
  if (channel.starts[message] !== NONE)
    throw new NotInModel(
      `operation ${index[start]}: ${show(channel.messages[message]!)} is the message of operation ` +
        `${index[channel.starts[message]!]} as well`,
    )
  channel.starts[message] = start
  channel.senders[message] = siteOf(history, start)
  if (end === NONE || type[end] !== OK) return
  channel.acks[message] = end
  channel.acknowledged++
  channel.after[message] = afterIn(value.at(end)).map((one) => channel.number(one))
}

const addRead = (channel: Channel, start: number, end: number): void => {
  const { history } = channel
  const { value, index, key } = history.columns
  const list = value.at(end)
  if (!Array.isArray(list))
    throw new NotInModel(`the read ${index[start]} completed without a list of messages`)
  const messages = Int32Array.from(list, (one) => channel.number(one))
  const at = key[start]!
  channel.reads.push({
    ...{ start, end, messages },
    key: at === NONE ? history.keys.length : at,
    site: siteOf(history, start),
  })
}

/** The node that an operation went to, or where the history names none its process. */
const siteOf = (history: History, start: number): string =>
  siteName(history, start) ?? `process ${history.columns.process[start]}`

const messageIn = (value: unknown): unknown => (isObject(value) ? value.message : value)

const afterIn = (value: unknown): readonly unknown[] =>
  isObject(value) && Array.isArray(value.after) ? value.after : []

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
