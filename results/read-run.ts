/** Reads a run's plan back from its folder; apart from the store because few commands need the schema. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunRecord, runRecord } from './run.ts'
import { attempt, files, StoreError } from './store.ts'

/** Reads a run's plan. @throws StoreError naming the file and the first field that is wrong */
export const readRun = (folder: string): RunRecord => {
  const path = join(folder, files.run)
  const text = attempt(path, 'cannot be read', () => readFileSync(path, 'utf8'))
  const parsed = runRecord.safeParse(attempt(path, 'is not JSON', () => JSON.parse(text)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'the document'
  throw new StoreError(`${path}: ${field}: ${issue?.message ?? 'does not fit'}`)
}
