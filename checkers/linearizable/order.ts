/**
 * A legal order of the operations of registers that blocks.ts found to be linearizable: the blocks in
 * the order of their places there, in each block version by version, and of those that saw a version
 * the one first that began first.
 */
import { NONE } from '../history.ts'
import type { Blocks } from './blocks.ts'
import type { Chains } from './chains.ts'
import { NEVER } from './part.ts'

/**
 * The numbers of all operations that take part, of all keys without contradiction; those of one key
 * stand in a legal order. Observations that a value was another one are not among them. O(operations).
 */
export const legalOrder = (chains: Chains, blocks: Blocks): Int32Array => {
  const { size, versions, installed } = chains.registers
  const { reader, next } = readers(chains)
  const order = new Int32Array(size)
  let length = 0
  const emit = (head: number): void => {
    let version = head
    for (let installer = chains.producer[head]!; ; version = installed[installer]!) {
      if (installer !== NONE) order[length++] = installer
      for (let op = reader[version]!; op !== NONE; op = next[op]!) order[length++] = op
      installer = chains.consumer[version]!
      if (installer === NONE) return
    }
  }
  for (let key = 0; key < versions.keys; key++) if (chains.isOpen(key)) emit(key)
  for (const place of blocks.places()) {
    const head = place - 1
    if (head >= 0 && chains.isOpen(versions.key(head))) emit(head)
  }
  return order.subarray(0, length)
}

/** Of each version those that saw it and left it there, as lists in the order of invocations. */
const readers = ({ registers }: Chains): { reader: Int32Array; next: Int32Array } => {
  const { size, end, observed, installed, versions } = registers
  const reader = new Int32Array(versions.size).fill(NONE)
  const next = new Int32Array(size)
  for (let op = size - 1; op >= 0; op--) {
    const version = observed[op]!
    if (version === NONE || end[op] === NEVER) continue
    if (installed[op] !== NONE && installed[op] !== version) continue
    next[op] = reader[version]!
    reader[version] = op
  }
  return { reader, next }
}
