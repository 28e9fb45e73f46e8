/** A register that keeps every write no other write had observed (RR-7506, §3.2.2); its state is the list of their values. */
import { type Crdt, canonicalSet, observedBy, only } from './crdt.ts'

export default {
  name: 'mv-register',
  summary: 'a register that keeps the values of all concurrent writes',
  updates: { write: ['value', 'observed'] },
  canonical: canonicalSet,
  expected(updates) {
    const overwritten = new Set(updates.flatMap(observedBy))
    const kept = updates.filter(({ id }) => !overwritten.has(id))
    return only(
      kept.map(({ fields }) => fields.value),
      canonicalSet,
    )
  },
} satisfies Crdt
