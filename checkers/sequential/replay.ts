/**
 * Goes through an order as a register would, and so proves a witness independently of how it was found.
 */
import { NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import type { Registers } from '../registers/registers.ts'

/**
 * Whether an order holds every operation that happened, each once, each process' in its order, and every
 * one observes what the one before it left. O(n).
 * @param order numbers of operations; larger numbers than there are operations stand for none
 */
export const replays = (registers: Registers, order: Int32Array): boolean => {
  const { size, key, process, observed, installed, end, versions, differs } = registers
  const current = Int32Array.from({ length: versions.keys }, (_, initial) => initial)
  const lastOf = new Map<number, number>()
  const done = new Uint8Array(size)
  for (const op of order) {
    if (op >= size) continue
    if (done[op] === 1 || (lastOf.get(process[op]!) ?? NONE) >= op) return false
    done[op] = 1
    lastOf.set(process[op]!, op)
    const now = current[key[op]!]!
    if (observed[op] !== NONE && observed[op] !== now) return false
    if (differs.get(op) === now) return false
    if (installed[op] !== NONE) current[key[op]!] = installed[op]!
  }
  return done.every((was, op) => was === 1 || end[op] === NEVER)
}
