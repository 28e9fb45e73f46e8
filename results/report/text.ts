/**
 * How values, times and numbers read in reports. Values come from the tested systems and are not
 * trusted: whatever they hold, the text made here is one line of printable characters of bounded
 * length, so it can neither move a terminal's cursor nor hide or reorder what stands beside it. It is
 * not markup-safe; pages set it as text.
 */

/** A value as short JSON-like text of at most about `max` characters; says how much was left out. */
export const shown = (value: unknown, max = 60): string => {
  if (typeof value === 'string') return quoted(value, max)
  if (Array.isArray(value)) return list(value, max)
  if (typeof value === 'object' && value !== null) return record(value, max)
  return clip(String(value ?? null), max)
}

/** Foreign text (an error, a summary, a name) as one printable line of at most `max` characters. */
export const line = (text: string, max = 500): string => clip(printable(cut(text, max)), max)

/** Breaks text into lines of at most `width` columns at spaces; longer words stay whole. */
export const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    if (current !== '' && columns(current) + 1 + columns(word) > width) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}

/** Columns that a text takes on a terminal: East Asian and emoji characters take two, marks none. */
export const columns = (text: string): number => {
  let width = 0
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue
    const code = character.codePointAt(0)!
    width += code >= 0x1100 && WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
  }
  return width
}

/** 4021 → `4,021`. */
export const count = (n: number): string => n.toLocaleString('en-US')

/** `1 fault`, `6 faults`, `no faults`. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${n === 0 ? 'no' : count(n)} ${n === 1 ? noun : plural}`

/** Nanoseconds since the run began as seconds: `14.203`. */
export const seconds = (ns: number, digits = 3): string => (ns / 1e9).toFixed(digits)

/** A duration in ms with three significant digits and its unit: `0.87 ms`, `12.4 ms`, `5.00 s`. */
export const duration = (ms: number): string => {
  if (ms >= 60_000) return `${(ms / 60_000).toFixed(1)} min`
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`
  return ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toPrecision(ms < 1 ? 2 : 3)} ms`
}

/** `a`, `a and b`, `a, b and c`. */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
]

/** Controls, invisible and direction-changing characters, lone surrogates, separators of lines. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    if (character === '\r') return '\\r'
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
  })

/** The first characters, never half of one: longer text is not looked at, so 1 MB costs nothing. */
const cut = (text: string, max: number): string => {
  const part = text.slice(0, max + 1)
  return text.length > part.length && /[\ud800-\udbff]$/.test(part) ? part.slice(0, -1) : part
}

const clip = (text: string, max: number): string => {
  const characters = [...text]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text
}

const quoted = (text: string, max: number): string => {
  const size = text.length > max ? `… ${count(text.length)} characters` : ''
  const room = Math.max(8, max - size.length - 2)
  const part = printable(cut(text, room).replaceAll(/["\\]/g, '\\$&'))
  return `"${clip(part, room)}"${size}`
}

/** As many items as fit; then how many there are. */
const list = (items: readonly unknown[], max: number): string => {
  const parts: string[] = []
  let room = max - 2
  for (const item of items) {
    const part = inner(item, room, max)
    if (part.length + 2 > room - (parts.length + 1 < items.length ? 12 : 0)) break
    parts.push(part)
    room -= part.length + 2
  }
  if (parts.length === items.length) return `[${parts.join(', ')}]`
  return `[${[...parts, '…'].join(', ')}] ${count(items.length)} items`
}

/** A part of a value: in the narrowest room parts have no parts, so that no depth is too deep. */
const inner = (item: unknown, room: number, max: number): string =>
  max <= NARROWEST && typeof item === 'object' && item !== null
    ? '…'
    : shown(item, Math.max(NARROWEST, Math.min(room, max >> 1)))

const NARROWEST = 8

const record = (value: object, max: number): string => {
  const parts: string[] = []
  let room = max - 2
  for (const [name, item] of Object.entries(value)) {
    const part = `${line(name, 24)}: ${inner(item, room, max)}`
    if (part.length + 2 > room) return `{${[...parts, '…'].join(', ')}}`
    parts.push(part)
    room -= part.length + 2
  }
  return `{${parts.join(', ')}}`
}
