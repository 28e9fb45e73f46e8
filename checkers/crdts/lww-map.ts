/**
 * A map of registers whose latest update wins, by timestamp, `remove` included. `entry` names what an update concerns;
 * the state is an object. Equal timestamps of one entry: any of them.
 */
import { type Crdt, canonical, latest, told, type Update } from './crdt.ts'

export default {
  name: 'lww-map',
  summary: 'a map in which the update of an entry with the latest timestamp wins',
  updates: { put: ['entry', 'value', 'timestamp'], remove: ['entry', 'timestamp'] },
  canonical,
  expected(updates) {
    const byEntry = new Map<string, Update[]>()
    for (const update of updates) {
      const entry = String(update.fields.entry)
      const some = byEntry.get(entry)
      if (some === undefined) byEntry.set(entry, [update])
      else some.push(update)
    }
    const winners = [...byEntry].map(([entry, some]) => [entry, latest(some)] as const)
    return {
      allows: (state) => isAllowed(state, winners),
      words: `{${winners.flatMap(([entry, some]) => wordsOf(entry, some)).join(', ')}}`,
    }
  },
} satisfies Crdt

type Winners = readonly (readonly [entry: string, winners: readonly Update[]])[]

const isAllowed = (state: unknown, winners: Winners): boolean => {
  if (typeof state !== 'object' || state === null) return false
  const map = state as Readonly<Record<string, unknown>>
  const known = new Set(winners.map(([entry]) => entry))
  return (
    Object.keys(map).every((entry) => known.has(entry)) &&
    winners.every(([entry, some]) =>
      some.some(({ f, fields }) =>
        f === 'remove'
          ? !Object.hasOwn(map, entry)
          : Object.hasOwn(map, entry) && canonical(map[entry]) === canonical(fields.value),
      ),
    )
  )
}

const wordsOf = (entry: string, winners: readonly Update[]): readonly string[] => {
  const values = winners.map(({ f, fields }) => (f === 'remove' ? 'absent' : told(fields.value)))
  return values.every((value) => value === 'absent') ? [] : [`${entry}: ${values.join(' or ')}`]
}
