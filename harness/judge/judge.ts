/** Judges one input within a budget of time and memory, on a worker thread. */
import type { VerdictRecord } from '../../results/run.ts'
import type { JudgeInput } from './input.ts'
import { type Budget, JudgePool } from './pool.ts'

export type { Budget } from './pool.ts'

/** The verdict on an input; never throws for what the input holds. @throws on a bug in a checker */
export const judge = async (input: JudgeInput, budget: Budget): Promise<VerdictRecord> => {
  const pool = new JudgePool(budget, 'verdict', 1)
  try {
    return (await pool.judge(input)).verdict
  } finally {
    pool.close()
  }
}
