/** Updates of the types, drawn by chance from few values, so that they meet. */
import type { Stream } from '../../harness/generators/index.ts'

export type CrdtUpdate =
  | {
      readonly f: 'increment' | 'decrement' | 'add' | 'write'
      readonly value: { readonly id: number; readonly value: number }
    }
  | {
      readonly f: 'remove'
      readonly value: { readonly id: number; readonly value: number; readonly entry?: string }
    }
  | {
      readonly f: 'put'
      readonly value: { readonly id: number; readonly value: number; readonly entry: string }
    }

/** How many different elements a set may have, and entries a map. */
const FEW = 4

export const updateOf = (
  type: string,
  id: number,
  chance: Stream,
): readonly [CrdtUpdate, Stream] => {
  const [few, then] = chance.int(1, FEW)
  const [coin, rest] = then.int(0, 2)
  return [update(type, id, few, coin === 0), rest]
}

const update = (type: string, id: number, few: number, isUndoing: boolean): CrdtUpdate => {
  switch (type) {
    case 'g-counter':
      return { f: 'increment', value: { id, value: few } }
    case 'pn-counter':
      return { f: isUndoing ? 'decrement' : 'increment', value: { id, value: few } }
    case 'or-set':
      return { f: isUndoing ? 'remove' : 'add', value: { id, value: few } }
    case 'lww-map': {
      const entry = `entry ${few}`
      return { f: isUndoing ? 'remove' : 'put', value: { id, entry, value: id } }
    }
    default:
      return { f: 'write', value: { id, value: id } }
  }
}
