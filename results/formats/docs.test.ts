/** The examples of `docs/histories.md` are what they say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatNames } from './format.ts'
import { readHistoryFrom } from './read.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/histories.md'), 'utf8')
const examples = [...page.matchAll(/```(edn|json)\n([\s\S]*?)```/g)].map(
  ([, format, text]) => [format!, text!] as const,
)

test('there are some', () => expect(examples.length).toBeGreaterThanOrEqual(4))

test.each(examples)('an example in %s is read', (format, text) => {
  const history = readHistoryFrom(text, 'h')
  expect(history.format.startsWith(format)).toBe(true)
  expect(history.history.length).toBeGreaterThanOrEqual(2)
})

test('every format is named', () => {
  for (const name of formatNames) expect(page).toContain(`| \`${name}\` |`)
})
