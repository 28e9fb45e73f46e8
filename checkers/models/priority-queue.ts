/**
 * A priority queue of numbers: `insert` one, `extract-min` the smallest. An extraction that completes
 * with null found the queue empty. Equal numbers cannot be told apart.
 */
import { type CanonicalMap, CanonicalMaps, empty } from '../collections/canonical-maps.ts'
import { type CollectionOp, collectionFace } from '../collections/operations.ts'
import { type Model, NotInModel } from '../model.ts'

/** How often each number is in the queue. */
export interface PriorityQueueState {
  readonly maps: CanonicalMaps
  readonly counts: CanonicalMap
}

const step = (state: PriorityQueueState, op: CollectionOp): PriorityQueueState | undefined => {
  const { maps, counts } = state
  if (op.f === 'empty') return counts === empty ? state : undefined
  if (op.f === 'insert') {
    const key = maps.number(op.value)
    return { maps, counts: maps.set(counts, key, (maps.get(counts, key) ?? 0) + 1) }
  }
  const { least } = counts
  if (counts === empty || (op.f === 'remove' && op.value !== least)) return undefined
  const key = maps.number(least)
  const left = maps.get(counts, key)! - 1
  return { maps, counts: left === 0 ? maps.delete(counts, key) : maps.set(counts, key, left) }
}

const number = (value: unknown): number => {
  if (typeof value === 'number') return value
  throw new NotInModel(`element ${JSON.stringify(value)}: expected a number`)
}

export default {
  name: 'priority-queue',
  summary: 'a priority queue of numbers with insert and extract-min; the key parts the history',
  get init(): PriorityQueueState {
    const maps: CanonicalMaps = new CanonicalMaps((key) => maps.name(key) as number)
    return { maps, counts: empty }
  },
  step,
  stateKey: ({ counts }) => counts.id,
  collection: 'priority-queue',
  ...collectionFace({
    insert: ['insert', 'add'],
    remove: ['extract-min', 'delete-min', 'remove-min'],
    inserted: 'inserted',
    removed: 'extracted',
    element: number,
  }),
} satisfies Model<PriorityQueueState, CollectionOp>
