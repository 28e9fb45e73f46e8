/** FIFO, causal and total order: pairs of messages that some node delivered the wrong way round, or one of them without the other. */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import type { Channel, Log } from './channel.ts'

/** `read` shows `later` without `earlier` before it. */
export interface OutOfOrder {
  readonly earlier: number
  readonly later: number
  readonly read: Log
  /** The read that shows them in the other order, where that is what is wrong. */
  readonly other?: Log
}

/** The place of a message that a log lacks. */
const ABSENT = 0x7fffffff

/** Messages delivered before one that their node broadcast before; one for each message and log. */
export const fifoOrder = (
  channel: Channel,
  logs: readonly Log[],
  meter: Meter,
): readonly OutOfOrder[] => {
  const { starts, acks, senders, messages } = channel
  const bySender = new Map<string, { byAck: number[]; byStart: number[] }>()
  for (let message = 0; message < messages.length; message++) {
    if (starts[message] === NONE) continue
    const own = bySender.get(senders[message]!) ?? { byAck: [], byStart: [] }
    bySender.set(senders[message]!, own)
    own.byStart.push(message)
    if (acks[message] !== NONE) own.byAck.push(message)
  }
  for (const { byAck, byStart } of bySender.values()) {
    byAck.sort((a, b) => acks[a]! - acks[b]!)
    byStart.sort((a, b) => starts[a]! - starts[b]!)
  }
  return inEachLog(channel, logs, meter, (places, read) => {
    const found: OutOfOrder[] = []
    for (const { byAck, byStart } of bySender.values()) {
      let next = 0
      // Of those acknowledged by now, the one that the log has last, or lacks.
      let last: number | undefined
      for (const later of byStart) {
        meter.step()
        for (; next < byAck.length && acks[byAck[next]!]! < starts[later]!; next++)
          if (last === undefined || places[byAck[next]!]! > places[last]!) last = byAck[next]!
        if (places[later] === ABSENT || last === undefined) continue
        if (places[last]! > places[later]!) found.push({ earlier: last, later, read })
      }
    }
    return found
  })
}

/** Messages delivered before one that their node had delivered when it broadcast them; one for each message and log. */
export const causalOrder = (
  channel: Channel,
  logs: readonly Log[],
  meter: Meter,
): readonly OutOfOrder[] =>
  inEachLog(channel, logs, meter, (places, read) => {
    const found: OutOfOrder[] = []
    for (const later of read.messages) {
      const earlier = channel.after[later]!.find((one) => {
        meter.step()
        return channel.starts[one] !== NONE && places[one]! > places[later]!
      })
      if (earlier !== undefined) found.push({ earlier, later, read })
    }
    return found
  })

/** Messages that two nodes delivered in different orders; one for each two logs. */
export const totalOrder = (
  channel: Channel,
  logs: readonly Log[],
  meter: Meter,
): readonly OutOfOrder[] =>
  inEachLog(channel, logs, meter, (places, read, before) =>
    before.flatMap((other) => {
      // In the order of the other log, places in this one must rise.
      let earlier: number | undefined
      for (const later of other.messages) {
        meter.step()
        if (places[later] === ABSENT) continue
        if (earlier !== undefined && places[earlier]! > places[later]!)
          return [{ earlier, later, read, other }]
        earlier = later
      }
      return []
    }),
  )

/** Looks at each log, with the place of every message in it and the logs before it. */
const inEachLog = (
  channel: Channel,
  logs: readonly Log[],
  meter: Meter,
  look: (places: Int32Array, read: Log, before: readonly Log[]) => readonly OutOfOrder[],
): readonly OutOfOrder[] => {
  const places = new Int32Array(channel.messages.length)
  return logs.flatMap((read, at) => {
    places.fill(ABSENT)
    for (const [place, message] of read.messages.entries()) places[message] = place
    meter.poll()
    return look(places, read, logs.slice(0, at))
  })
}
