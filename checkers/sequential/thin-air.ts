/**
 * Reads out of thin air (ThinAirRead of Bouajjani, Enea and Hamza, POPL 2017): operations of registers that
 * observed what no order of any operations can have left. A version is possible when it is initial, or
 * written, or left by a compare-and-set of a possible one. Holds for values that repeat as well.
 */
import { NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import type { Registers } from '../registers/registers.ts'

export interface Inventions {
  /** How many operations observed what was not possible. */
  readonly reads: number
  /** For the first one of each key, of ten keys at most: the positions of the invocations that prove it. */
  readonly cores: readonly (readonly number[])[]
}

const SHOWN = 10

/** O(n). */
export const inventions = (registers: Registers): Inventions => {
  const { size, observed, end, key } = registers
  const possible = possibleVersions(registers)
  const first = new Map<number, number>()
  let reads = 0
  for (let op = 0; op < size; op++) {
    if (observed[op] === NONE || possible[observed[op]!] === 1 || end[op] === NEVER) continue
    reads++
    if (!first.has(key[op]!)) first.set(key[op]!, op)
  }
  const shown = [...first.values()].slice(0, SHOWN)
  return { reads, cores: shown.map((op) => coreOf(registers, op)) }
}

const possibleVersions = ({ size, observed, installed, versions }: Registers): Uint8Array => {
  const possible = new Uint8Array(versions.size).fill(1, 0, versions.keys)
  const takers = new Map<number, number[]>()
  const reached: number[] = []
  for (let op = 0; op < size; op++) {
    const left = installed[op]!
    if (left === NONE || possible[left] === 1) continue
    const from = observed[op]!
    if (from === NONE || possible[from] === 1) {
      possible[left] = 1
      reached.push(left)
    } else {
      const known = takers.get(from)
      if (known === undefined) takers.set(from, [left])
      else known.push(left)
    }
  }
  for (let version = reached.pop(); version !== undefined; version = reached.pop())
    for (const left of takers.get(version) ?? []) {
      if (possible[left] === 1) continue
      possible[left] = 1
      reached.push(left)
    }
  return possible
}

/** The operation with all that left what it saw, and so on: none of it can have happened. */
const coreOf = ({ size, observed, installed, start }: Registers, op: number): number[] => {
  const ops = new Set([op])
  const wanted = new Set([observed[op]!])
  for (let before = -1; before < wanted.size; ) {
    before = wanted.size
    for (let other = 0; other < size; other++) {
      if (installed[other] === NONE || !wanted.has(installed[other]!)) continue
      ops.add(other)
      wanted.add(observed[other]!)
    }
  }
  return [...ops].sort((a, b) => a - b).map((one) => start[one]!)
}
