/**
 * Proves a cycle again before it is told: from the transactions alone and without the code that found it, so that
 * a mistake there ends as an error and never as an accusation.
 */
import { FAIL, OK } from '../history.ts'
import type { Transactions } from './columns.ts'
import type { Step } from './paths.ts'
import { PROCESS, REALTIME, RW, WR, WW } from './relations.ts'

/**
 * @param proves whether a dependency of the cycle holds
 * @throws Error when the steps are no cycle of their class: a mistake of the checker
 */
export const proved = (
  transactions: Transactions,
  type: string,
  steps: readonly Step[],
  proves: (step: Step) => boolean,
): void => {
  const wrong = steps.find((step) => !holds(transactions, step, proves))
  if (wrong !== undefined)
    throw new Error(
      `${type}: no proof of relation ${wrong.relation} from ${wrong.from} to ${wrong.to}`,
    )
  if (!isCycle(steps)) throw new Error(`${type}: no cycle: ${JSON.stringify(steps)}`)
  const found = classOf(steps.map(({ relation }) => relation))
  if (found !== type) throw new Error(`${type}: the cycle is one of ${found}`)
}

const holds = (
  { outcome, process, invoked, completed }: Transactions,
  step: Step,
  proves: (step: Step) => boolean,
): boolean => {
  const { from, to, relation } = step
  if (outcome[from] === FAIL || outcome[to] === FAIL) return false
  const before = outcome[from] === OK && completed[from]! < invoked[to]!
  if (relation === REALTIME) return before
  return relation === PROCESS ? before && process[from] === process[to] : proves(step)
}

/** Whether each step begins where the one before it ends, and no transaction comes twice. */
const isCycle = (steps: readonly Step[]): boolean =>
  steps.length > 1 &&
  steps.every(({ to }, place) => to === steps[(place + 1) % steps.length]!.from) &&
  new Set(steps.map(({ from }) => from)).size === steps.length

/** The class of a cycle by its relations, in their order. */
const classOf = (relations: readonly number[]): string => {
  const has = (relation: number): boolean => relations.includes(relation)
  const order = has(REALTIME) ? '-realtime' : has(PROCESS) ? '-process' : ''
  const anti = relations.filter((relation) => relation === RW).length
  const adjacent = relations.some(
    (relation, place) => relation === RW && relations[(place + 1) % relations.length] === RW,
  )
  if (anti === 1) return `G-single-item${order}`
  if (anti > 1) return `${adjacent ? 'G2-item' : 'G-nonadjacent-item'}${order}`
  if (has(WR)) return `G1c${order}`
  return has(WW) ? `G0${order}` : 'none'
}
