import { describe, expect, test } from 'vitest'
import { logExcerpt } from './log-excerpt.ts'

const origin = '2026-11-21T10:00:00.000Z'
const excerpt = (text: string, options: Partial<Parameters<typeof logExcerpt>[2]> = {}) =>
  logExcerpt('n1', text, { origin, spans: [], linesMax: 100, ...options })

/** A log of a line each second that says nothing in particular. */
const dull = (lines: number): string[] =>
  Array.from({ length: lines }, (_, s) => {
    const time = new Date(Date.parse(origin) + s * 1000).toISOString().replace('.000Z', '')
    return `${time}.250000000Z tick`
  })

describe('the time of a line', () => {
  test('is that of Docker, from the start of the run on', () => {
    const { lines } = excerpt('2026-11-21T10:00:02.000000500Z ready\n')
    expect(lines).toEqual([{ node: 'n1', number: 1, at: 2e9 + 500, text: 'ready' }])
  })

  test('is that of a simulation', () => {
    expect(excerpt('0.019993 is a member\n').lines[0]).toMatchObject({
      at: 19_993_000,
      text: 'is a member',
    })
  })

  test('is absent where there is none', () => {
    expect(excerpt('  at main.go:12\n').lines[0]).toEqual({
      ...{ node: 'n1', number: 1, text: '  at main.go:12' },
    })
  })
})

describe('of a long log are kept', () => {
  const log = dull(1000)
  log[500] = log[500]!.replace('tick', 'panic: index out of range')

  test('the beginning, the end, the trouble and what was printed around a span, and no more than asked', () => {
    const { lines, total } = excerpt(log.join('\n'), { spans: [[700e9, 705e9]], linesMax: 100 })
    const numbers = lines.map(({ number }) => number)
    expect(total).toBe(1000)
    expect(lines.length).toBeLessThanOrEqual(100)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(numbers).toEqual(expect.arrayContaining([1, 25, 501, 701, 705, 976, 1000]))
    expect(lines.find(({ number }) => number === 501)).toMatchObject({ trouble: true })
  })

  test('lines from all over, where even what is wanted is too much', () => {
    const { lines } = excerpt(log.join('\n'), { spans: [[0, 1000e9]], linesMax: 100 })
    expect(lines).toHaveLength(100)
    const middle = lines.filter(({ number }) => number > 300 && number < 700)
    expect(middle.length).toBeGreaterThan(10)
  })
})

test('what a node prints becomes printable lines of bounded length', () => {
  const { lines } = excerpt(`\u001b[31mred\u202e ${'x'.repeat(10_000)}\n<script>\n`)
  for (const { text } of lines) {
    expect(text).toMatch(/^[^\p{C}]*$/u)
    expect(text.length).toBeLessThan(700)
  }
  expect(lines[1]!.text).toBe('<script>')
})

test('an empty log has no lines', () => {
  expect(excerpt('')).toEqual({ node: 'n1', total: 0, lines: [] })
})
