/**
 * Validity and agreement, in the end: the last reads of each node show every message that was acknowledged, and every message that
 * a last read of another node shows. Reads count from when the history came to rest.
 */
import type { Anomaly } from '../checker.ts'
import { nodesOf, type Site, sitesOf } from '../eventual/quiescence.ts'
import { few } from '../guarded.ts'
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { show } from '../model.ts'
import type { Channel, Log } from './channel.ts'
import { Words } from './words.ts'

export interface Settled {
  /** The position from which on the history is at rest. */
  readonly rest: number
  readonly graceMs: number
}

/** A message that a node should have shown. */
export interface Missing {
  readonly message: number
  /** The last read of a node that lacks it. */
  readonly lacking: Log
  /** A read of another node that shows it; undefined where it is nowhere. */
  readonly holding: Log | undefined
}

export const judgeAgreement = (
  channel: Channel,
  settled: Settled,
  meter: Meter,
): {
  readonly anomalies: readonly (Anomaly | undefined)[]
  readonly reasons: readonly string[]
} => {
  const { history, reads, messages } = channel
  const isFinal = (start: number): boolean => start > settled.rest
  const sites = [...sitesOf(history, reads, ({ start }) => isFinal(start)).values()].flat()
  const holders = new Holders(channel, sites, isFinal, meter)
  const lost: Missing[] = []
  const differing: Missing[] = []
  const unresolved: number[] = []
  for (let message = 0; message < messages.length; message++) {
    meter.step()
    const holding = holders.of(message)
    const isDue = holding !== undefined || channel.acks[message] !== NONE
    if (!isDue || channel.starts[message] === NONE) continue
    const lacking = holders.lacking(message)
    if (lacking === undefined) continue
    if (isLate(channel, message, holding, lacking, settled))
      (holding === undefined ? lost : differing).push({ message, lacking, holding })
    else unresolved.push(message)
  }
  const words = new Words(channel)
  const names = unresolved.map((message) => show(messages[message]!))
  const unread = unreadNodes(channel, sites)
  return {
    anomalies: [words.lost(lost), words.disagreement(differing)],
    reasons: [
      ...(unread.length === 0 ? [] : [`not read in the end: ${few(unread)}`]),
      ...(names.length === 0 ? [] : [`shown too late to be judged: ${few(names)}`]),
    ],
  }
}

/** Whether a read came so late that it had to show a message. */
const isLate = (
  { acks, history }: Channel,
  message: number,
  holding: Log | undefined,
  lacking: Log,
  { graceMs }: Settled,
): boolean => {
  const { time } = history.columns
  const isDueAt = (position: number): boolean =>
    position < lacking.start && time[lacking.start]! >= time[position]! + graceMs * 1e6
  const ack = acks[message]!
  return (ack !== NONE && isDueAt(ack)) || (holding !== undefined && isDueAt(holding.end))
}

/** Which nodes show which messages in the end. */
class Holders {
  /** By message: how many sites have it, and the earliest read of one of these that shows it. */
  private readonly count: Int32Array
  private readonly earliest: (Log | undefined)[]
  private readonly last: readonly { readonly has: ReadonlySet<number>; readonly read: Log }[]

  constructor(
    channel: Channel,
    sites: readonly Site[],
    isFinal: (start: number) => boolean,
    meter: Meter,
  ) {
    const { reads, messages } = channel
    this.count = new Int32Array(messages.length)
    this.earliest = new Array<Log | undefined>(messages.length).fill(undefined)
    this.last = sites.map(({ last }) => {
      const has = new Set(last.flatMap((at) => [...reads[at]!.messages]))
      meter.hold(has.size * 40)
      for (const message of has) this.count[message]!++
      return { has, read: reads[last.at(-1)!]! }
    })
    const bySite = new Map(sites.map(({ name }, place) => [name, this.last[place]!.has]))
    for (const read of reads) {
      if (!isFinal(read.start)) continue
      for (const message of read.messages) {
        meter.step()
        if (this.earliest[message] === undefined && bySite.get(read.site)!.has(message))
          this.earliest[message] = read
      }
    }
  }

  /** The earliest final read that shows a message, of a node that shows it to the last. */
  of(message: number): Log | undefined {
    return this.earliest[message]
  }

  /** The latest of the last reads of the nodes that lack a message. */
  lacking(message: number): Log | undefined {
    if (this.count[message] === this.last.length) return undefined
    return this.last
      .filter(({ has }) => !has.has(message))
      .map(({ read }) => read)
      .reduce((a, b) => (b.start > a.start ? b : a))
  }
}

/** Nodes that clients spoke to and that were not read in the end. */
const unreadNodes = ({ history, sent }: Channel, sites: readonly Site[]): readonly string[] => {
  if (sent === 0) return []
  const nodes = nodesOf(history)
  if (nodes.length === 0) return sites.length === 0 ? ['any process'] : []
  return nodes.filter((node) => !sites.some(({ name }) => name === node))
}
