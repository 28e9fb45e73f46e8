/** A counter that only grows (RR-7506, §3.1.2): the sum of its increments. */
import { type Crdt, canonical, only } from './crdt.ts'

export default {
  name: 'g-counter',
  summary: 'a counter that only grows',
  updates: { increment: ['value'] },
  canonical,
  expected: (updates) =>
    only(
      updates.reduce((sum, { fields }) => sum + (fields.value as number), 0),
      canonical,
    ),
} satisfies Crdt
