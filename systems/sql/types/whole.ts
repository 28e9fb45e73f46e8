/** Whole numbers as databases write them. */

/** @throws when the database returned something else */
export const whole = (text: unknown): number => {
  const value = typeof text === 'string' && text !== '' ? Number(text) : text
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new Error(`the database returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
