/**
 * Histories as elle-cli takes them: one JSON array with an object an event, the names those of Jepsen.
 * The objects are cut out of the array one by one, so that a file need not fit into a string.
 */
import type { EventInput } from '../../checkers/history.ts'
import { exact } from './exact.ts'
import { type Format, FormatError, type ReadOptions, type Sink } from './format.ts'
import { eventOf, fields, JepsenEvents } from './jepsen.ts'
import { byte } from './scan.ts'
import type { Source } from './source.ts'

export const json: Format = {
  name: 'json',
  summary: 'one JSON array of objects {"type", "process", "f", "value", …}, as elle-cli takes them',
  recognises: (head) => /^\s*\[\s*(\{\s*("|\}|$)|\]|$)/.test(head),
  read: (source, sink, options) => readArray(source, sink, options),
}

const NEWLINE = 10
const QUOTE = byte('"')
const BACKSLASH = byte('\\')
const COMMA = byte(',')
const OPEN_ARRAY = byte('[')
const CLOSE_ARRAY = byte(']')
const OPEN_OBJECT = byte('{')
const CLOSE_OBJECT = byte('}')

const readArray = (source: Source, sink: Sink, options: ReadOptions): void => {
  const events = new JepsenEvents(source.name, sink, options)
  expect(source, OPEN_ARRAY, '[')
  while (next(source) !== CLOSE_ARRAY) {
    if (next(source) !== OPEN_OBJECT) throw unexpected(source, 'an object')
    const end = objectEnd(source)
    const { line } = source
    const map = objectOf(source, end)
    source.advance(end)
    events.add(map.event, line)
    for (const name of map.strangers) sink.stranger(name, line)
    if (next(source) === CLOSE_ARRAY) break
    expect(source, COMMA, ', or ]')
    if (next(source) === CLOSE_ARRAY) throw unexpected(source, 'an object')
  }
  expect(source, CLOSE_ARRAY, ']')
  if (next(source) !== undefined) throw unexpected(source, 'the end of the file')
  events.end()
}

/** The next byte that is no white space; undefined at the end of the file. */
const next = (source: Source): number | undefined => {
  for (;;) {
    const one = source.bytes[source.at]!
    if (one === NEWLINE) source.newline(source.at)
    else if (one === 32 || one === 9 || one === 13) source.at++
    else if (source.at < source.end) return one
    else if (!source.more()) return undefined
  }
}

const expect = (source: Source, one: number, expected: string): void => {
  if (next(source) !== one) throw unexpected(source, expected)
  source.at++
}

const unexpected = (source: Source, expected: string): FormatError =>
  source.error(source.at, `found ${source.found(source.at)}: expected ${expected}`)

/** Behind the object that begins where the source is. */
const objectEnd = (source: Source): number => {
  for (;;) {
    const end = bracketsEnd(source.bytes, source.at, source.end)
    if (end > 0) return end
    if (!source.more())
      throw source.error(
        source.at,
        `${source.found(source.at)} is never closed: expected an object`,
      )
  }
}

/** Behind the bracket that closes the one at a place; 0 where it is not there yet. */
const bracketsEnd = (bytes: Buffer, from: number, end: number): number => {
  let depth = 0
  for (let at = from; at < end; at++)
    switch (bytes[at]) {
      case QUOTE:
        at = stringEnd(bytes, at, end)
        break
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth++
        break
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        if (--depth === 0) return at + 1
    }
  return 0
}

/** The quotation mark that ends the string at a place, or a place behind the end. */
const stringEnd = (bytes: Buffer, from: number, end: number): number => {
  let at = from + 1
  while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

const objectOf = (
  source: Source,
  end: number,
): { readonly event: EventInput; readonly strangers: readonly string[] } => {
  const text = source.text(source.at, end)
  try {
    const map = JSON.parse(text) as Record<string, unknown>
    exact([map.key, map.value, map.error], text)
    const strangers = Object.keys(map).filter((name) => !fields.has(name))
    return { event: eventOf(withoutColons(map)), strangers }
  } catch (error) {
    if (error instanceof FormatError) throw source.error(source.at, error.message)
    const at = /position (\d+)/.exec((error as Error).message)
    const before = at === null ? '' : text.slice(0, Number(at[1]))
    const place = source.at + Buffer.byteLength(before)
    throw source.error(place, `found ${source.found(place)}: expected a JSON object`)
  }
}

/** Some tools keep the colon of keywords. */
const withoutColons = (map: Record<string, unknown>): Readonly<Record<string, unknown>> => {
  for (const name of ['type', 'process', 'f']) {
    const value = map[name]
    if (typeof value === 'string' && value.startsWith(':')) map[name] = value.slice(1)
  }
  return map
}
