/** What each read shows by itself: messages twice, messages that nobody had sent, acknowledged messages that are not there yet. */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import type { Channel, Log } from './channel.ts'

/** A message in a read. */
export interface Shown {
  readonly message: number
  readonly read: Log
}

/** Messages that a read shows more than once, each with the first such read. */
export const duplicates = (channel: Channel, meter: Meter): readonly Shown[] => {
  const found = new Map<number, Log>()
  const seenIn = new Int32Array(channel.messages.length).fill(NONE)
  channel.reads.forEach((read, place) => {
    for (const message of read.messages) {
      meter.step()
      if (seenIn[message] === place && !found.has(message) && channel.isSentBy(message, read.end))
        found.set(message, read)
      seenIn[message] = place
    }
  })
  return [...found].map(([message, read]) => ({ message, read }))
}

/** Messages that a read shows and nobody had broadcast by then, each with the first such read. */
export const phantoms = (channel: Channel, meter: Meter): readonly Shown[] => {
  const found = new Map<number, Log>()
  for (const read of channel.reads)
    for (const message of read.messages) {
      meter.step()
      if (!channel.isSentBy(message, read.end) && !found.has(message)) found.set(message, read)
    }
  return [...found].map(([message, read]) => ({ message, read }))
}

/** The logs that matter for order: of reads of one site that continue each other only the longest, without phantoms and repetitions. */
export const longest = (channel: Channel, meter: Meter): readonly Log[] => {
  const current = new Map<string, Log>()
  const all: Log[] = []
  const seenIn = new Int32Array(channel.messages.length).fill(NONE)
  channel.reads.forEach((read, place) => {
    const log = { ...read, messages: clean(channel, read, seenIn, place) }
    const before = current.get(read.site)
    if (before === undefined || begins(before.messages, log.messages)) current.set(read.site, log)
    else if (!begins(log.messages, before.messages)) {
      all.push(before)
      current.set(read.site, log)
      meter.hold(log.messages.byteLength)
    }
    meter.poll()
  })
  return [...all, ...current.values()]
}

const clean = (
  channel: Channel,
  { messages, end }: Log,
  seenIn: Int32Array,
  place: number,
): Int32Array => {
  const kept = new Int32Array(messages.length)
  let length = 0
  for (const message of messages) {
    if (seenIn[message] === place || !channel.isSentBy(message, end)) continue
    seenIn[message] = place
    kept[length++] = message
  }
  return kept.subarray(0, length)
}

const begins = (short: Int32Array, long: Int32Array): boolean => {
  if (short.length > long.length) return false
  for (let place = 0; place < short.length; place++) if (short[place] !== long[place]) return false
  return true
}

export interface Staleness {
  /** Reads that lacked a message which had been acknowledged before they began, and how many messages they lacked. */
  readonly reads: number
  readonly messages: number
  /** For each acknowledged message, how long it took from then to the last read that lacked it; 0 where none did. */
  readonly stableMs: readonly number[]
}

/** As Jepsen's set-full measures it. */
export const staleness = (channel: Channel, meter: Meter): Staleness => {
  const { acks, reads, history } = channel
  const { time } = history.columns
  const acked = [...acks.keys()].filter((one) => acks[one] !== NONE)
  acked.sort((a, b) => acks[a]! - acks[b]!)
  const seenIn = new Int32Array(acks.length).fill(NONE)
  const lacking = new Float64Array(acks.length)
  let staleReads = 0
  let stale = 0
  reads.forEach(({ messages, start }, place) => {
    for (const message of messages) seenIn[message] = place
    const before = stale
    for (const message of acked) {
      meter.step()
      if (acks[message]! > start) break
      if (seenIn[message] === place) continue
      stale++
      const ms = (time[start]! - time[acks[message]!]!) / 1e6
      if (ms > lacking[message]!) lacking[message] = ms
    }
    if (stale > before) staleReads++
  })
  return { reads: staleReads, messages: stale, stableMs: acked.map((one) => lacking[one]!) }
}
