/**
 * In which order the versions of lists were installed: a list shows all appends before it, and what nobody ever read came behind
 * what was read (as in Elle). Registers show nothing of the kind.
 */
import { FAIL } from '../../history.ts'
import { NONE } from '../../typed-arrays.ts'
import { Edges } from '../edges.ts'
import { WW } from '../relations.ts'
import type { Writers } from '../writers.ts'
import type { Dependencies } from './dependencies.ts'

/** Each transaction before the one that installed the next version of some list. O(elements + writes) */
export const versionsOf = (dependencies: Dependencies, writers: Writers): Edges => {
  const { transactions, write, observed } = dependencies
  const { names, key, value, owner, outcome, size } = transactions
  const { items, start, key: keyOf } = names.lists
  const edges = new Edges(size)
  const longest = longestSpines(dependencies)
  /** The transaction that installed the last version of each list that was read. */
  const last = new Int32Array(transactions.keys).fill(NONE)
  const seen = new Uint8Array(longest.length === 0 ? 0 : owner.length)
  for (const spine of longest) {
    const list = keyOf.items[spine]!
    for (let at = start.items[spine]!; at < start.items[spine]! + observed[spine]!; at++) {
      const writer = writers.of(list, items[at]!)
      // An element that stands there twice has its first place.
      if (writer === NONE || outcome[owner[writer]!] === FAIL || seen[writer] === 1) continue
      seen[writer] = 1
      if (last[list] !== NONE) edges.add(last[list]!, owner[writer]!, WW)
      last[list] = owner[writer]!
    }
  }
  if (longest.length === 0) return edges
  for (const at of write) {
    const before = last[key[at]!]!
    const unread = seen[at] === 0 && writers.of(key[at]!, value[at]!) === at
    if (before !== NONE && unread) edges.add(before, owner[at]!, WW)
  }
  return edges
}

/** The spine of the longest list that was read of each key, where all that was read of it are beginnings of that. */
const longestSpines = ({ transactions, observed }: Dependencies): readonly number[] => {
  const { lists } = transactions.names
  const best = new Map<number, number>()
  for (let spine = 0; spine < observed.length; spine++) {
    const known = best.get(lists.key.items[spine]!)
    if (observed[spine]! > (known === undefined ? 0 : observed[known]!))
      best.set(lists.key.items[spine]!, spine)
  }
  // Lists that contradict each other tell no order, and a part of them would tell another one than all.
  for (let spine = 0; spine < observed.length; spine++) {
    const key = lists.key.items[spine]!
    const known = best.get(key)
    if (known === undefined || known === spine) continue
    const codes = lists.codes(known, observed[known]!)
    if (lists.codes(spine, observed[spine]!).some((code, at) => codes[at] !== code))
      best.delete(key)
  }
  return [...best.values()]
}
