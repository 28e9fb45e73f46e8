/** Reads a run's plan back from its folder; apart from the store because few commands need the schema. */
import { join } from 'node:path'
import { readJson } from './archive/read-json.ts'
import { type RunRecord, runRecord } from './run.ts'
import { files } from './store.ts'

/** Reads a run's plan. @throws StoreError naming the file and the first field that is wrong */
export const readRun = (folder: string): RunRecord => readJson(join(folder, files.run), runRecord)
