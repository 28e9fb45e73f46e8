/** A register whose latest write wins, by timestamp (RR-7506, §3.2.1). Equal timestamps: either of them. */
import { type Crdt, canonical, latest, only, told } from './crdt.ts'

export default {
  name: 'lww-register',
  summary: 'a register whose write with the latest timestamp wins',
  updates: { write: ['value', 'timestamp'] },
  canonical,
  expected(updates) {
    const values = latest(updates).map(({ fields }) => fields.value)
    if (values.length === 0) return only(null, canonical)
    const texts = new Set(values.map(canonical))
    return { allows: (state) => texts.has(canonical(state)), words: values.map(told).join(' or ') }
  },
} satisfies Crdt
