/**
 * A history of registers in which every value of a key is installed once, as blocks: a write, the reads of
 * its value, the compare-and-set that replaced it, the reads of that one's value, and so on. No other
 * operation of the key that installs anything can stand between them in a legal order, because the value
 * would not come back, so an order of the whole history is an order of the blocks of each key. The first
 * block of a key has no write: it begins with the initial value.
 *
 * Indeterminate operations count exactly when a counted operation observed what they installed: those
 * must have happened, and without the others a legal order stays legal.
 */
import { type Key, NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import { keyName, type Registers } from '../registers/registers.ts'

export interface Blocks {
  readonly registers: Registers
  /** Whether each operation counts. */
  readonly counts: Uint8Array
  /** For each indeterminate operation that counts, one that observed what it installed. */
  readonly shownBy: Int32Array
  /** The version each operation left behind instead of the one it observed, or NONE. */
  readonly installed: Int32Array
  /** The operation that installed each version, or NONE: an initial one, or a value nobody wrote. */
  readonly producer: Int32Array
  /** The block of each operation that counts; NONE for one that only tells what was not there. */
  readonly block: Int32Array
  /** How many blocks there are; the first ones are the initial ones of the keys, by key. */
  readonly size: number
  /** How many keys: so many initial blocks. */
  readonly keys: number
  /** The write that each block begins with; NONE for an initial block. */
  readonly head: Int32Array
  readonly key: Int32Array
  /** The operations that count, process by process, each in its own order. */
  readonly chains: Chains
}

/** Process by process: `op[offset[c] … offset[c + 1] - 1]` are the operations of chain c in its order. */
export interface Chains {
  readonly size: number
  readonly offset: Int32Array
  readonly op: Int32Array
  /** Chain of each operation. */
  readonly of: Int32Array
  /** Place of each operation in its chain. */
  readonly place: Int32Array
}

/** The operation that installed each version, or in one phrase why no single one did. O(n). */
export const producers = (registers: Registers): Int32Array | string => {
  const { size, observed, installed, versions } = registers
  const producer = new Int32Array(versions.size).fill(NONE)
  for (let op = 0; op < size; op++) {
    const version = installed[op]!
    if (version === NONE || version === observed[op]) continue
    if (version < versions.keys) return `the initial value of ${place(registers, op)} is written`
    if (producer[version] !== NONE)
      return `${String(versions.value(version))} is written more than once to ${place(registers, op)}`
    producer[version] = op
  }
  return producer
}

const place = (registers: Registers, op: number): string => {
  const key: Key | undefined = keyName(registers, registers.key[op]!)
  return key === undefined ? 'the register' : `key ${key}`
}

/** Reads a history as blocks. O(n). */
export const blocksOf = (registers: Registers, producer: Int32Array): Blocks => {
  const { size, observed, versions, key } = registers
  const { counts, shownBy } = countedOps(registers, producer)
  const installed = registers.installed.map((version, op) =>
    version === observed[op] ? NONE : version,
  )
  const heads: number[] = []
  const keys: number[] = []
  const open = (head: number, ofKey: number): number => {
    keys.push(ofKey)
    return heads.push(head) - 1
  }
  for (let initial = 0; initial < versions.keys; initial++) open(NONE, initial)
  const blockOf = new Int32Array(versions.size).fill(NONE)
  for (let initial = 0; initial < versions.keys; initial++) blockOf[initial] = initial
  /** Follows the compare-and-sets back to the write, and gives all of them its block. */
  const resolve = (version: number): number => {
    const walked: number[] = []
    let at = version
    while (blockOf[at] === NONE) {
      blockOf[at] = WALKED
      walked.push(at)
      const from = producer[at] === NONE ? NONE : observed[producer[at]!]!
      if (from === NONE) break
      at = from
    }
    // A round of compare-and-sets that feed each other has no head; it is a cycle of its own.
    const known = blockOf[at]!
    const block = known >= 0 ? known : open(producer[at]!, versions.key(at))
    for (const one of walked) blockOf[one] = block
    return block
  }
  const block = new Int32Array(size).fill(NONE)
  for (let op = 0; op < size; op++) {
    const version = installed[op] === NONE ? observed[op]! : installed[op]!
    if (counts[op] === 1 && version !== NONE) block[op] = resolve(version)
  }
  return {
    ...{ registers, counts, shownBy, installed, producer, block, key: Int32Array.from(keys) },
    ...{ size: heads.length, keys: versions.keys, head: headsOf(heads, observed) },
    chains: chainsOf(registers.process, counts, key.length),
  }
}

const WALKED = -2

/** A compare-and-set is no head: it belongs to a round without one. */
const headsOf = (heads: readonly number[], observed: Int32Array): Int32Array =>
  Int32Array.from(heads, (op) => (op !== NONE && observed[op] === NONE ? op : NONE))

const countedOps = (
  { size, end, observed }: Registers,
  producer: Int32Array,
): Pick<Blocks, 'counts' | 'shownBy'> => {
  const counts = new Uint8Array(size)
  const shownBy = new Int32Array(size).fill(NONE)
  for (let op = 0; op < size; op++) {
    if (end[op] === NEVER) continue
    counts[op] = 1
    for (let at = op; observed[at] !== NONE; ) {
      const source = producer[observed[at]!]!
      if (source === NONE || end[source] !== NEVER || counts[source] === 1) break
      counts[source] = 1
      shownBy[source] = at
      at = source
    }
  }
  return { counts, shownBy }
}

const chainsOf = (process: Int32Array, counts: Uint8Array, size: number): Chains => {
  const ids = new Map<number, number>()
  const of = new Int32Array(size).fill(NONE)
  const lengths: number[] = []
  for (let op = 0; op < size; op++) {
    if (counts[op] === 0) continue
    let id = ids.get(process[op]!)
    if (id === undefined) {
      id = lengths.push(0) - 1
      ids.set(process[op]!, id)
    }
    of[op] = id
    lengths[id]!++
  }
  const offset = new Int32Array(lengths.length + 1)
  lengths.forEach((length, chain) => {
    offset[chain + 1] = offset[chain]! + length
  })
  const op = new Int32Array(offset[lengths.length]!)
  const place = new Int32Array(size)
  const filled = new Int32Array(lengths.length)
  for (let one = 0; one < size; one++) {
    const chain = of[one]!
    if (chain === NONE) continue
    place[one] = filled[chain]!++
    op[offset[chain]! + place[one]!] = one
  }
  return { size: lengths.length, offset, op, of, place }
}
