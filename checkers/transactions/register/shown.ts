/** All versions that transactions show, register by register, and who shows each. */
import { NONE, OK } from '../../history.ts'
import { READ } from '../columns.ts'
import { keyOfVersion, type Versions } from './versions.ts'

export interface Shown {
  /** The versions of a register are those from `start[key]` on, before `start[key + 1]`, the initial one first. */
  readonly all: Int32Array
  readonly start: Int32Array
  /** The place of each version in `all`, or NONE. */
  readonly place: Int32Array
  /** The first reads of the version at a place: those from `readsFrom[place]` on, before the next. */
  readonly reads: Int32Array
  readonly readsFrom: Int32Array
  /** Of each first read of a register the last write to it by the same transaction, or NONE. */
  readonly update: Int32Array
}

/** O(micro-operations + registers) */
export const shownBy = (versions: Versions): Shown => {
  const { transactions, version, size, previous } = versions
  const { kind, keys, owner, outcome } = transactions
  const place = new Int32Array(size).fill(NONE)
  const start = new Int32Array(keys + 1)
  // Read versions may be writes that no other transaction should see.
  const met = new Uint8Array(size)
  for (let at = 0; at < version.length; at++) if (version[at] !== NONE) met[version[at]!] = 1
  const eachVersion = (visit: (one: number) => void): void => {
    for (let one = owner.length; one < size; one++) if (met[one] === 1) visit(one)
    for (let one = 0; one < owner.length; one++) if (met[one] === 1) visit(one)
  }
  eachVersion((one) => {
    start[keyOfVersion(versions, one) + 1]!++
  })
  for (let key = 0; key < keys; key++) start[key + 1]! += start[key]!
  const next = start.slice()
  const all = new Int32Array(start[keys]!)
  eachVersion((one) => {
    const at = next[keyOfVersion(versions, one)]!++
    all[at] = one
    place[one] = at
  })
  const isRead = (at: number): boolean =>
    version[at] !== NONE && kind[at] === READ && outcome[owner[at]!] === OK
  const readsFrom = new Int32Array(all.length + 1)
  for (let at = 0; at < version.length; at++) if (isRead(at)) readsFrom[place[version[at]!]! + 1]!++
  for (let at = 0; at < all.length; at++) readsFrom[at + 1]! += readsFrom[at]!
  const nextRead = readsFrom.slice()
  const reads = new Int32Array(readsFrom[all.length]!)
  const update = new Int32Array(owner.length).fill(NONE)
  for (let at = 0; at < version.length; at++) {
    if (isRead(at)) reads[nextRead[place[version[at]!]!]!++] = at
    if (version[at] !== at || kind[at] === READ) continue
    let first = previous[at]!
    while (first !== NONE && previous[first] !== NONE) first = previous[first]!
    if (first !== NONE && kind[first] === READ) update[first] = at
  }
  return { all, start, place, reads, readsFrom, update }
}
