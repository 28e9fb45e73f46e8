/**
 * Broadcast: messages are broadcast at every node, each with a new number, and reads tell what a node has delivered, in its order.
 * Each channel, the key, makes one promise, from best-effort to total order, and is judged by that alone. When faults are healed and
 * nodes have had time, every thread reads everything twice, with a pause between: what one node shows the first time all
 * others must show the second time. Maelstrom's workload of the same name judges sets; here it is sequences.
 */
import { broadcastWith, type Promised, promises } from '../checkers/broadcast.ts'
import { stats } from '../checkers/stats.ts'
import type { Checker, Key, Workload } from '../harness/api.ts'
import {
  eachThread,
  iterate,
  later,
  limit,
  milliseconds,
  phases,
  repeat,
  type Stream,
  sequence,
  stream,
  untilOk,
} from '../harness/generators/index.ts'

export type BroadcastCall =
  | {
      readonly f: 'broadcast'
      /** The channel. */
      readonly key?: Key
      /**
       * Invoked with the message; completes with it, and for causal order with those that the node had delivered when it
       * broadcast this one, back to its own last message: where it tells.
       */
      readonly value: number | { readonly message: number; readonly after: readonly number[] }
    }
  /** Invoked with null; completes with all messages that the node has delivered on the channel, in that order. */
  | { readonly f: 'read'; readonly key?: Key; readonly value: readonly number[] | null }

/** How often a thread tries each final read. */
const FINAL_TRIES = 10
/** One call of so many is a read. */
const READS = 12

export default {
  summary: 'broadcast: does everybody deliver everything once, and in the order promised?',
  client: 'broadcast',
  safe: ['read'],
  options: {
    promise: {
      summary: 'one channel with this promise instead of one for each',
      default: 'all',
      choices: ['all', ...promises],
    },
    'settle-ms': { summary: 'how long nodes have before the final reads', default: '2000' },
    'grace-ms': {
      summary: 'how long nodes have to show what another one showed in the end',
      default: '1000',
    },
  },
  plan({ random, options }) {
    const channels = promises.filter((one) => options.promise === 'all' || options.promise === one)
    const graceMs = Number(options['grace-ms'])
    const settleNs = milliseconds(Number(options['settle-ms']))
    const read = (channel: Promised): BroadcastCall => ({ f: 'read', key: channel, value: null })
    const everything = channels.map((one) => untilOk(limit(FINAL_TRIES, repeat(read(one)))))
    const all = eachThread(sequence<BroadcastCall>(...everything))
    const checkers = channels.map((promise): [string, Checker<BroadcastCall>] => [
      `broadcast ${promise}`,
      broadcastWith({ promise, channel: promise, graceMs }),
    ])
    return {
      generator: calls(stream(random.fork('broadcast').seed), channels, read),
      final: phases(later(settleNs, all), later(milliseconds(graceMs), all)),
      checkers: {
        ...Object.fromEntries(checkers),
        stats: stats({ needs: ['broadcast', 'read'] }),
      },
    }
  },
} satisfies Workload<BroadcastCall>

const calls = (
  chance: Stream,
  channels: readonly Promised[],
  read: (channel: Promised) => BroadcastCall,
) =>
  iterate<readonly [Stream, number], BroadcastCall>([chance, 1], ([now, message]) => {
    const [at, afterChannel] = now.int(0, channels.length - 1)
    const [kind, rest] = afterChannel.int(1, READS)
    const channel = channels[at]!
    if (kind === 1) return [read(channel), [rest, message]]
    return [{ f: 'broadcast', key: channel, value: message }, [rest, message + 1]]
  })
