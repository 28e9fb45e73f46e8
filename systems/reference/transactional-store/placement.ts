/** Which shard has a key: the rows of a partition are together, and partitions spread over all shards. */
import { partitionOf } from '../transactions/messages.ts'

/** @param shards all of them, in an order that all agree on */
export const shardOf = (shards: readonly string[], key: string): string =>
  shards[hash(partitionOf(key)) % shards.length]!

/** FNV-1a (Fowler, Noll, Vo 1991), with the bits mixed once more: its lowest ones are weak. */
const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let place = 0; place < text.length; place++)
    state = Math.imul(state ^ text.charCodeAt(place), 0x01000193)
  return (state ^ (state >>> 15)) >>> 0
}
