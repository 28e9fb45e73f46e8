/**
 * Broadcast (Hadzilacos and Toueg, "A Modular Approach to Fault-Tolerant Broadcasts and Related Problems", TR 94-1425, 1994; Cachin,
 * Guerraoui and Rodrigues, "Reliable and Secure Distributed Programming", 2011, chapter 3). A `broadcast` of a message is ok when its
 * node answers for it; a `read` completes with all that a node has delivered, in the order of delivery. With keys, each is a channel.
 *
 * Each promise holds all that the ones above it do, but `total`, which stands on `reliable`:
 * - `best-effort`: integrity. A message is delivered at most once (`duplicated`), and only after it was broadcast (`phantom`).
 * - `reliable`: validity and agreement as well. In the end, when the history has come to rest (see `eventual`), every node has delivered
 *   every acknowledged message: `lost` when none has; and what one node has delivered all have, acknowledged or not:
 *   `disagreement`. A node that was away or lost its disk counts by what it shows in the end.
 * - `fifo`: who delivers a message has before delivered those that its node broadcast before: `fifo-order`. Before means acknowledged
 *   before the later one was invoked.
 * - `causal`: and those that its node had delivered before it broadcast it: `causal-order`. A broadcast that completes with
 *   `{"message": …, "after": […]}` says which; back to the node's own last message is enough, since what holds for each
 *   step of a chain of causes holds for the chain.
 * - `total`: two messages are delivered in the same order by all who deliver both: `total-order`.
 *
 * Order is judged read by read, and no read must continue another: a node that lost its disk may have delivered again, in
 * another order that is as good. Only `total` compares reads. A message whose broadcast nobody answered for counts once a
 * read shows it; a node must show it `graceMs` later. Where no read came so late, the verdict is unknown.
 *
 * Jepsen has no such checker; Maelstrom's broadcast workload judges sets with `set-full`: `stale`, `stableMs` are measured alike.
 * O(messages · (nodes + reads)), which is the length of the history, and for `total` O(messages · nodes²).
 */
import { judgeAgreement } from './broadcast/agreement.ts'
import { type Channel, channelsOf } from './broadcast/channel.ts'
import { causalOrder, fifoOrder, totalOrder } from './broadcast/order.ts'
import { duplicates, longest, phantoms, staleness } from './broadcast/reads.ts'
import { Words } from './broadcast/words.ts'
import type { Anomaly, Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { restsFrom, unrest } from './eventual/quiescence.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History, Key } from './history.ts'
import type { Meter } from './limits.ts'
import { quantiles } from './quantiles.ts'

/** What a broadcast may promise, from weak to strong. */
export const promises = ['best-effort', 'reliable', 'fifo', 'causal', 'total'] as const
export type Promised = (typeof promises)[number]

export interface BroadcastOptions {
  /** What is judged; `reliable` unless given. */
  readonly promise?: Promised
  /** The only channel that is judged; all unless given. */
  readonly channel?: Key
  /** How long all nodes may take, when the history has come to rest, to show what one has shown; ms, 0 unless given. */
  readonly graceMs?: number
}

/** A checker of one promise. */
export const broadcastWith = (options: BroadcastOptions): Checker =>
  guarded('broadcast', (history, meter) => judge(history, meter, options))

/** Reliable broadcast. */
export const broadcast: Checker = broadcastWith({})

interface Judgment {
  readonly anomalies: readonly (Anomaly | undefined)[]
  readonly reasons: readonly (string | undefined)[]
}

const judge = (history: History, meter: Meter, options: BroadcastOptions): Verdict => {
  const { promise = 'reliable', channel: only, graceMs = 0 } = options
  const rest = restsFrom(history)
  const open = promise === 'best-effort' ? undefined : unrest(history)
  const counts: Record<string, number> = {}
  const stableMs: number[] = []
  const judgments = channelsOf(history, meter)
    .filter(({ key }) => only === undefined || key === only)
    .map((channel): Judgment => {
      const tally = (name: string, number: number): void => {
        counts[name] = (counts[name] ?? 0) + number
      }
      const stale = staleness(channel, meter)
      tally('broadcasts', channel.sent)
      tally('acknowledged', channel.acknowledged)
      tally('reads', channel.reads.length)
      tally('staleReads', stale.reads)
      tally('stale', stale.messages)
      stableMs.push(...stale.stableMs)
      const judgeRest = promise !== 'best-effort' && open === undefined
      const agreed = judgeRest ? judgeAgreement(channel, { rest, graceMs }, meter) : undefined
      return {
        anomalies: [
          ...orderAnomalies(channel, promise, meter, tally),
          ...(agreed?.anomalies ?? []),
        ],
        reasons: agreed?.reasons ?? [],
      }
    })
  const stats: Stats = { ...counts, ...(history.timed ? quantiles('stableMs', stableMs) : {}) }
  return verdictOf(
    firstOfEach(judgments.flatMap(({ anomalies }) => anomalies)),
    [
      counts.reads === undefined || counts.reads === 0 ? 'nothing was ever read' : undefined,
      open,
      ...judgments.flatMap(({ reasons }) => reasons),
    ],
    stats,
  )
}

/** What reads show by themselves. */
const orderAnomalies = (
  channel: Channel,
  promise: Promised,
  meter: Meter,
  tally: (name: string, number: number) => void,
): readonly (Anomaly | undefined)[] => {
  const words = new Words(channel)
  const twice = duplicates(channel, meter)
  const unsent = phantoms(channel, meter)
  tally('duplicated', twice.length)
  tally('phantom', unsent.length)
  const order = (name: string, find: typeof fifoOrder): Anomaly | undefined => {
    const found = find(channel, logs, meter)
    tally(name, found.length)
    return words.outOfOrder(name, found)
  }
  const hasFifo = promise === 'fifo' || promise === 'causal'
  const logs = hasFifo || promise === 'total' ? longest(channel, meter) : []
  return [
    words.duplicated(twice),
    words.phantom(unsent),
    hasFifo ? order('fifo-order', fifoOrder) : undefined,
    promise === 'causal' ? order('causal-order', causalOrder) : undefined,
    promise === 'total' ? order('total-order', totalOrder) : undefined,
  ]
}

/** One anomaly of each type: of the first channel that has it. */
const firstOfEach = (anomalies: readonly (Anomaly | undefined)[]): readonly Anomaly[] => {
  const first = new Map<string, Anomaly>()
  for (const anomaly of anomalies)
    if (anomaly !== undefined && !first.has(anomaly.type)) first.set(anomaly.type, anomaly)
  return [...first.values()]
}

export default {
  summary: 'broadcast: nothing lost, doubled or made up; with options FIFO, causal and total order',
  check: broadcast,
} satisfies CheckerPlugin
