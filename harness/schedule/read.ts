/**
 * Reads a schedule from a file: one written by hand, a finding's `plan.json`, a run's `run.json` (as it was
 * planned) or its `executed.json` (as it was carried out, with the nodes and times of then).
 */
import { readFileSync } from 'node:fs'
import { executedSchedule, replayOf, type Schedule, schedule } from '../../results/schedule.ts'
import { messageOf, UsageError } from '../errors.ts'
import { checkSchedule, firstIssue, type ScheduleContext } from './check.ts'

/** The schedule in a file for a system. @throws UsageError naming the file, the place, what was found and expected */
export const readSchedule = (file: string, system: string, context: ScheduleContext): Schedule => {
  const content = contentOf(file)
  if (content.system !== undefined && content.system !== system)
    throw new UsageError(`${file}: system: made for ${content.system}, not for ${system}`)
  return checkSchedule(file, content, context)
}

const contentOf = (file: string): Schedule => {
  const found = jsonOf(file)
  const wasExecuted = typeof found === 'object' && found !== null && 'executed' in found
  if (wasExecuted) {
    const result = executedSchedule.safeParse(found)
    if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
    return replayOf(result.data)
  }
  const isWithin = typeof found === 'object' && found !== null && 'schedule' in found
  const result = schedule.safeParse(isWithin ? found.schedule : found)
  if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
  const around = isWithin && 'system' in found ? found.system : undefined
  return typeof around === 'string' ? { ...result.data, system: around } : result.data
}

/** What a file of JSON holds. @throws UsageError naming the file */
export const jsonOf = (file: string): unknown => {
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
