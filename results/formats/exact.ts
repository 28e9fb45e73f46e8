/**
 * Numbers that JSON keeps and JavaScript does not: beyond 2^53 two different numbers may be read as equal,
 * and a verdict on them would be wrong.
 */
import { FormatError } from './format.ts'

/** Deepest nesting of a value. */
const DEEPEST = 256

/**
 * The values themselves. O(their size).
 * @param text the JSON that they were read from
 * @throws FormatError when a number was rounded, or a value is nested too deeply
 */
export const exact = <T>(values: T, text: string): T => {
  if (largeIn(values, 0))
    for (const [digits] of text.replaceAll(STRING, '""').matchAll(/(?<![\d.])\d{16,}(?![\d.eE])/g))
      if (String(Number(digits)) !== digits)
        throw new FormatError(
          `the number ${digits} is beyond 2^53, where numbers are not kept apart: expected a string`,
        )
  return values
}

const STRING = /"(?:[^"\\]|\\.)*"/g

/** Whether there is a number which may have been rounded. */
const largeIn = (value: unknown, depth: number): boolean => {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null) return false
  if (depth === DEEPEST)
    throw new FormatError(`nested more than ${DEEPEST} deep: expected an event`)
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  return parts.some((part) => largeIn(part, depth + 1))
}
