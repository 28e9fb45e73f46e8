/** Why a transaction had seen another one: the shortest chain of reads, and of steps in sessions where these count. */
import { NONE } from '../../typed-arrays.ts'
import { PROCESS, WR } from '../relations.ts'
import { type Dependencies, INITIAL } from './dependencies.ts'
import type { Level } from './level.ts'
import type { Step } from './search.ts'

/**
 * From `from` to `to`: one step where the level looks no further, else one with the fewest reads. O(n)
 * @param read the read of `to` that should have seen `from`
 */
export const seenBy = (
  dependencies: Dependencies,
  { view }: Level,
  from: number,
  to: number,
  read: number,
): readonly Step[] => {
  const { firstRead, source } = dependencies
  const end = view === 'monotonic-atomic-view' ? read : firstRead[to + 1]!
  for (let other = firstRead[to]!; other < end; other++)
    if (source[other] === from) return [{ from, to, relation: WR, read: other }]
  return new Chains(dependencies).between(from, to)
}

/** Chains are searched backwards; within a session the search walks back to what was reached before. */
class Chains {
  /** The transaction behind each one, and the read by which it saw this one, or NONE for one in its session. */
  private readonly after: Int32Array
  private readonly by: Int32Array

  constructor(private readonly dependencies: Dependencies) {
    const { size } = dependencies.transactions
    this.after = new Int32Array(size).fill(NONE)
    this.by = new Int32Array(size).fill(NONE)
  }

  between(from: number, to: number): readonly Step[] {
    const { previous } = this.dependencies
    this.after[to] = to
    let reached = [to]
    while (reached.length > 0) {
      const next: number[] = []
      for (const start of reached)
        for (let one = start; ; one = previous[one]!) {
          if (one === from) return this.chain(from, to)
          this.enter(one, next)
          const before = previous[one]!
          if (before === NONE || this.after[before] !== NONE) break
          this.after[before] = one
        }
      reached = next
    }
    throw new Error(`transaction ${to} has not seen ${from}`)
  }

  private enter(one: number, reached: number[]): void {
    const { firstRead, source } = this.dependencies
    for (let read = firstRead[one]!; read < firstRead[one + 1]!; read++) {
      const from = source[read]!
      if (from === INITIAL || this.after[from] !== NONE) continue
      this.after[from] = one
      this.by[from] = read
      reached.push(from)
    }
  }

  /** Steps in a session become one. */
  private chain(from: number, to: number): readonly Step[] {
    const steps: Step[] = []
    for (let one = from; one !== to; ) {
      let next = this.after[one]!
      const read = this.by[one]!
      if (read === NONE) while (next !== to && this.by[next] === NONE) next = this.after[next]!
      steps.push({ from: one, to: next, relation: read === NONE ? PROCESS : WR, read })
      one = next
    }
    return steps
  }
}
