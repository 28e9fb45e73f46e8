/**
 * A set in which a remove takes out what its replica had observed (RR-7506, §3.3.5): an element is there as long
 * as one of its adds was observed by none of the removes. `observed` of a remove lists the ids of adds.
 */
import { type Crdt, canonicalSet, observedBy, only } from './crdt.ts'

export default {
  name: 'or-set',
  summary: 'a set in which an add wins over a remove that had not observed it',
  updates: { add: ['value'], remove: ['observed'] },
  canonical: canonicalSet,
  expected(updates) {
    const removed = new Set(updates.filter(({ f }) => f === 'remove').flatMap(observedBy))
    const left = updates.filter(({ f, id }) => f === 'add' && !removed.has(id))
    return only(
      left.map(({ fields }) => fields.value),
      canonicalSet,
    )
  },
} satisfies Crdt
