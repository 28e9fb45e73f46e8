/** A set in which an element that was removed never comes back (RR-7506, §3.3.2). */
import { type Crdt, canonical, canonicalSet, only } from './crdt.ts'

export default {
  name: '2p-set',
  summary: 'a set in which what was removed never comes back',
  updates: { add: ['value'], remove: ['value'] },
  canonical: canonicalSet,
  expected(updates) {
    const values = (kind: string): readonly unknown[] =>
      updates.filter(({ f }) => f === kind).map(({ fields }) => fields.value)
    const removed = new Set(values('remove').map(canonical))
    return only(
      values('add').filter((value) => !removed.has(canonical(value))),
      canonicalSet,
    )
  },
} satisfies Crdt
