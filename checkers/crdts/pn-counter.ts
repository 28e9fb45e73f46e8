/** A counter that grows and shrinks (RR-7506, §3.1.3): its increments less its decrements; `add` may be negative. */
import { type Crdt, canonical, only } from './crdt.ts'

export default {
  name: 'pn-counter',
  summary: 'a counter with increments and decrements',
  updates: { increment: ['value'], decrement: ['value'], add: ['value'] },
  canonical,
  expected: (updates) =>
    only(
      updates.reduce((sum, { f, fields }) => {
        const amount = fields.value as number
        return f === 'decrement' ? sum - amount : sum + amount
      }, 0),
      canonical,
    ),
} satisfies Crdt
