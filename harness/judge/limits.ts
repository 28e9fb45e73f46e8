/** What a check may use, as it is told: time from now on, and memory on all its threads together. */
import type { Limits } from '../../checkers/checker.ts'
import { monotonicMs } from '../clock.ts'

export interface Budget {
  readonly budgetMs: number
  readonly memoryBytes: number
}

export const outOfTime = ({ budgetMs }: Budget): string =>
  `out of time: the budget is ${budgetMs / 1000} s`

export const outOfMemory = ({ memoryBytes }: Pick<Budget, 'memoryBytes'>): string =>
  `out of memory: the limit is ${memoryBytes / 2 ** 20} MiB`

/** The limits of a thread whose time begins now. */
export const limitsOf = (budget: Budget): Limits => {
  const deadline = monotonicMs() + budget.budgetMs
  return {
    exceeded: (bytes) => {
      if (monotonicMs() > deadline) return outOfTime(budget)
      return bytes > budget.memoryBytes ? outOfMemory(budget) : undefined
    },
  }
}
