/**
 * A first-in-first-out queue: `enqueue` an element, `dequeue` the oldest one. A dequeue that completes
 * with null found the queue empty. The same element may be enqueued more than once.
 */
import { type CanonicalMap, CanonicalMaps, empty } from '../collections/canonical-maps.ts'
import { type CollectionOp, collectionFace } from '../collections/operations.ts'
import { type Model, primitive } from '../model.ts'

/** The elements by their places; an empty queue begins at place 0 again, so that there is only one. */
export interface QueueState {
  readonly maps: CanonicalMaps
  readonly items: CanonicalMap
  /** Place of the oldest element. */
  readonly head: number
  readonly length: number
}

const step = (state: QueueState, op: CollectionOp): QueueState | undefined => {
  const { maps, items, head, length } = state
  if (op.f === 'empty') return length === 0 ? state : undefined
  if (op.f === 'insert') {
    const longer = maps.set(items, head + length, maps.number(op.value))
    return { maps, items: longer, head, length: length + 1 }
  }
  if (length === 0) return undefined
  if (op.f === 'remove' && maps.get(items, head) !== maps.number(op.value)) return undefined
  const next = length === 1 ? 0 : head + 1
  return { maps, items: maps.delete(items, head), head: next, length: length - 1 }
}

export default {
  name: 'queue',
  summary: 'a first-in-first-out queue with enqueue and dequeue; the key parts the history',
  get init(): QueueState {
    return { maps: new CanonicalMaps(), items: empty, head: 0, length: 0 }
  },
  step,
  stateKey: ({ items, head }) => head * 2 ** 26 + items.id,
  collection: 'queue',
  ...collectionFace({
    insert: ['enqueue', 'enq'],
    remove: ['dequeue', 'deq'],
    inserted: 'enqueued',
    removed: 'dequeued',
    element: primitive,
  }),
} satisfies Model<QueueState, CollectionOp>
