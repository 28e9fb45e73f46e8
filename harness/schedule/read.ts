/**
 * Reads a schedule from a file: one written by hand, a run's `run.json` (as it was planned) or its
 * `executed.json` (as it was carried out, with the nodes and times of then).
 */
import { readFileSync } from 'node:fs'
import { executedSchedule, replayOf, type Schedule, schedule } from '../../results/schedule.ts'
import { messageOf, UsageError } from '../errors.ts'
import { checkSchedule, firstIssue, type ScheduleContext } from './check.ts'

/** @throws UsageError naming the file, the place, what was found and what was expected */
export const readSchedule = (file: string, context: ScheduleContext): Schedule =>
  checkSchedule(file, contentOf(file), context)

const contentOf = (file: string): Schedule => {
  const found = parse(file)
  const wasExecuted = typeof found === 'object' && found !== null && 'executed' in found
  if (wasExecuted) {
    const result = executedSchedule.safeParse(found)
    if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
    return replayOf(result.data)
  }
  const planned = typeof found === 'object' && found !== null && 'schedule' in found
  const result = schedule.safeParse(planned ? found.schedule : found)
  if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
  return result.data
}

const parse = (file: string): unknown => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${messageOf(error)}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${messageOf(error)}`)
  }
}
