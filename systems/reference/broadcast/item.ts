/** What travels between the layers of two nodes, and the names of those who send it. */
import type { Json } from '../../../harness/api.ts'

export interface Item {
  /** The life of the node that it comes from: from one loss of its disk to the next. */
  readonly life: string
  /** Its number among the items of that life in its channel, from 1. */
  readonly number: number
  /** What the layer of order says of it. */
  readonly stamp: Json
  /** What a client broadcast; null where a layer speaks to itself. */
  readonly message: Json
}

/** No other item of its channel has this name. */
export const nameOf = ({ life, number }: Pick<Item, 'life' | 'number'>): string =>
  `${life}/${number}`

/** A name for a life that no other has. */
export const lifeOf = (node: string, chance: number): string =>
  `${node}.${Math.floor(chance * 2 ** 40).toString(36)}`

/** Whose life it is. */
export const nodeOf = (life: string): string => life.slice(0, life.lastIndexOf('.'))

/** An item on its way, with the channel that it belongs to. */
export interface Letter {
  readonly channel: string
  readonly item: Item
}

export const lettersIn = (json: Json | undefined): readonly Letter[] =>
  json as unknown as readonly Letter[]
