import { describe, expect, test } from 'vitest'
import { columns, duration, line, shown, wrap } from './text.ts'

/** No controls, no direction changes, no lone surrogates. */
const SAFE = /^[^\p{C}\p{Zl}\p{Zp}]*$/u

describe('a value from a tested system', () => {
  const hostile: readonly unknown[] = [
    '<script>alert(1)</script>',
    '\u001b[2J\u001b]0;owned\u0007',
    'line\r\nline\ttab\0nul',
    '\u202egnp.exe\u2066\u200b\ufeff',
    '\u2028\u2029',
    '\ud800 lone',
    '😀'.repeat(100_000),
    `${'x'.repeat(59)}😀`,
    'שלום עולם',
    'a'.repeat(1_000_000),
    Array.from({ length: 100_000 }, (_, i) => `\n${i}`),
    { '\u001b[31m': { '\n': ['\u0007'] } },
    [[[[[[[['deep']]]]]]]],
    { toString: 7 },
    10n,
    undefined,
    Number.NaN,
  ]

  test.each(hostile.map((value, at) => [at, value] as const))(
    'becomes one short printable line (%i)',
    (_, value) => {
      const text = shown(value, 60)
      expect(text).toMatch(SAFE)
      expect(columns(text)).toBeLessThan(180)
    },
  )

  test('reads as JSON when it is small', () => {
    expect([[0, 1], 'a"b', null, { from: 1, to: [2] }, true].map((value) => shown(value))).toEqual([
      '[0, 1]',
      '"a\\"b"',
      'null',
      '{from: 1, to: [2]}',
      'true',
    ])
  })

  test('says how much is left out', () => {
    expect(shown('x'.repeat(1_000_000), 40)).toMatch(/^"x+…"… 1,000,000 characters$/)
    expect(shown([...Array(4021).keys()], 34)).toBe('[0, 1, 2, 3, 4, 5, …] 4,021 items')
  })

  test('shows control characters as escapes', () => {
    expect(line('a\u001b[31m\nb\u202e')).toBe('a\\u001b[31m\\nb\\u202e')
  })
})

test('wrapping keeps long words whole', () => {
  expect(wrap('one two three xxxxxxxxxxxx four', 9)).toEqual([
    'one two',
    'three',
    'xxxxxxxxxxxx',
    'four',
  ])
})

test('columns count wide characters twice and marks not at all', () => {
  expect([columns('abc'), columns('日本'), columns('e\u0301'), columns('😀')]).toEqual([3, 4, 1, 2])
})

test('durations have three digits and a unit', () => {
  expect([0.0123, 0.87, 12.44, 250.4, 5000, 90_000].map(duration)).toEqual([
    '0.012 ms',
    '0.87 ms',
    '12.4 ms',
    '250 ms',
    '5.00 s',
    '1.5 min',
  ])
})
