/** A set that only grows (RR-7506, §3.3.1); its state is the list of its elements, in any order. */
import { type Crdt, canonicalSet, only } from './crdt.ts'

export default {
  name: 'g-set',
  summary: 'a set that only grows',
  updates: { add: ['value'] },
  canonical: canonicalSet,
  expected: (updates) =>
    only(
      updates.map(({ fields }) => fields.value),
      canonicalSet,
    ),
} satisfies Crdt
