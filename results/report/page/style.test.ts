/** Text and signs stand out from what they stand on: ratios of WCAG 2.2, computed from the style itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const style = readFileSync(join(import.meta.dirname, 'style.css'), 'utf8')

/** The colours that a block of the style names. */
const colours = (block: string): Record<string, string> =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[\da-f]{6}|rgba?\([^)]*\))/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )

const [light = '', dark = ''] = [...style.matchAll(/:root\s*\{([^}]*)\}/g)].map(
  ([, block]) => block!,
)
const schemes = { light: colours(light), dark: { ...colours(light), ...colours(dark) } }

type Rgb = readonly [number, number, number]

/** A colour as it shows on a ground. */
const rgb = (colour: string, ground: Rgb = [255, 255, 255]): Rgb => {
  const hex = /^#(..)(..)(..)$/.exec(colour)
  if (hex !== null) return hex.slice(1).map((part) => Number.parseInt(part, 16)) as unknown as Rgb
  const [r = 0, g = 0, b = 0, alpha = 1] = colour.match(/[\d.]+/g)!.map(Number)
  return [r, g, b].map((part, at) => part * alpha + ground[at]! * (1 - alpha)) as unknown as Rgb
}

const luminance = (colour: Rgb): number => {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const ratio = (a: Rgb, b: Rgb): number => {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

test('the ratio is the one of the standard', () => {
  expect(ratio([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
  expect(ratio(rgb('#777777'), [255, 255, 255])).toBeCloseTo(4.48, 2)
})

describe.each(Object.entries(schemes))('%s', (_, names) => {
  const page = rgb(names.page!)
  const grounds = {
    page,
    card: rgb(names.card!),
    code: rgb(names.code!),
    band: rgb(names.band!, page),
  }
  const texts = ['text', 'quiet', 'good', 'bad', 'unsure', 'broken', 'leader']
  const signs = ['ok', 'fail', 'info', 'leader']

  test.each(texts)('text in the colour “%s” can be read on every ground', (name) => {
    for (const [on, ground] of Object.entries(grounds))
      expect({ on, ratio: ratio(rgb(names[name]!), ground) }).toSatisfy(
        ({ ratio }: { ratio: number }) => ratio >= 4.5,
      )
  })

  test.each(signs)('signs in the colour “%s” stand out from every ground', (name) => {
    for (const ground of Object.values(grounds))
      expect(ratio(rgb(names[name]!), ground)).toBeGreaterThanOrEqual(3)
  })
})

const sheets = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.css'))
  .map((name) => ({ name, text: readFileSync(join(import.meta.dirname, name), 'utf8') }))

test('colours are named in one place, where their contrast is tested', () => {
  const bare = sheets.flatMap(({ name, text }) =>
    text
      .replace(/:root\s*\{[^}]*\}/g, '')
      .split('\n')
      .filter(
        (line) =>
          /#[\da-f]{3,8}\b|rgba?\(/i.test(line) && !/background: #fff|box-shadow/.test(line),
      )
      .map((line) => `${name}: ${line.trim()}`),
  )
  expect(bare).toEqual([])
})

test('nothing moves by itself for those who asked for less motion', () => {
  const moving = sheets.filter(
    ({ text }) =>
      /\b(animation|transition|scroll-behavior)\b/.test(text) &&
      !/prefers-reduced-motion/.test(text),
  )
  expect(moving.map(({ name }) => name)).toEqual([])
})
