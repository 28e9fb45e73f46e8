/** Reads a file that holds JSON of a known shape, and says in one line where it does not. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { attempt, StoreError } from '../store.ts'

/** @throws StoreError naming the file and the first field that is wrong */
export const readJson = <T>(path: string, shape: z.ZodType<T>): T => {
  const text = attempt(path, 'cannot be read', () => readFileSync(path, 'utf8'))
  const parsed = shape.safeParse(attempt(path, 'is not JSON', () => JSON.parse(text)))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'the document'
  throw new StoreError(`${path}: ${field}: ${issue?.message ?? 'does not fit'}`)
}
