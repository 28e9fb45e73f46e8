/**
 * A stack, last in first out: `push` an element, `pop` the newest one. A pop that completes with null
 * found the stack empty. The same element may be pushed more than once.
 */
import { type CanonicalMap, CanonicalMaps, empty } from '../collections/canonical-maps.ts'
import { type CollectionOp, collectionFace } from '../collections/operations.ts'
import { type Model, primitive } from '../model.ts'

/** The elements by their height above the bottom. */
export interface StackState {
  readonly maps: CanonicalMaps
  readonly items: CanonicalMap
  readonly height: number
}

const step = (state: StackState, op: CollectionOp): StackState | undefined => {
  const { maps, items, height } = state
  if (op.f === 'empty') return height === 0 ? state : undefined
  if (op.f === 'insert')
    return { maps, items: maps.set(items, height, maps.number(op.value)), height: height + 1 }
  if (height === 0) return undefined
  const top = height - 1
  if (op.f === 'remove' && maps.get(items, top) !== maps.number(op.value)) return undefined
  return { maps, items: maps.delete(items, top), height: top }
}

export default {
  name: 'stack',
  summary: 'a stack with push and pop; the key parts the history',
  get init(): StackState {
    return { maps: new CanonicalMaps(), items: empty, height: 0 }
  },
  step,
  stateKey: ({ items }) => items.id,
  collection: 'stack',
  ...collectionFace({
    insert: ['push'],
    remove: ['pop'],
    inserted: 'pushed',
    removed: 'popped',
    element: primitive,
  }),
} satisfies Model<StackState, CollectionOp>
