/**
 * The sure way through EDN: finds where a form ends, with its brackets checked, and has the library read
 * it. The library takes a few things too lightly (maps with an odd number of forms, characters that are
 * brackets, numbers that a double cannot hold), so the text is first put into words that it reads right.
 */
import { parseEDNString } from 'edn-data'
import { excerpt, FormatError } from './format.ts'
import { byte } from './scan.ts'
import type { Source } from './source.ts'

/** Deepest nesting of a form. */
const DEEPEST = 256
/** What `formEnd` answers when the form goes on behind what is read. */
export const OPEN = -1

const NEWLINE = 10
const QUOTE = byte('"')
const HASH = byte('#')
const SEMICOLON = byte(';')
const BACKSLASH = byte('\\')
const UNDERSCORE = byte('_')
const OPEN_MAP = byte('{')
const closing = new Map([
  [byte('('), byte(')')],
  [byte('['), byte(']')],
  [OPEN_MAP, byte('}')],
])
const closers = new Set(closing.values())
const isSpace = (one: number): boolean =>
  one === 32 || one === 44 || (one >= 9 && one <= 13 && one !== 11)
const endsAtom = (one: number): boolean =>
  isSpace(one) || one === QUOTE || one === SEMICOLON || closing.has(one) || closers.has(one)

/**
 * The place behind the form that begins at a place: one value with the tags before it; forms that `#_`
 * discards on the way are gone over. OPEN when the end is not there yet.
 * @throws FormatError for brackets that do not match
 */
export const formEnd = (source: Source, from: number): number => {
  const { bytes, end } = source
  const expected: number[] = []
  let tags = 0
  let wanted = 1
  let at = from
  while (at < end) {
    const one = bytes[at]!
    if (isSpace(one)) at++
    else if (one === SEMICOLON) {
      at = bytes.indexOf(NEWLINE, at)
      if (at < 0 || at >= end) return OPEN
    } else if (one === HASH && bytes[at + 1] === UNDERSCORE) {
      if (expected.length === 0) wanted++
      at += 2
    } else if (closing.has(one) || (one === HASH && bytes[at + 1] === OPEN_MAP)) {
      if (one === HASH) at++
      expected.push(closing.get(bytes[at]!)!)
      if (expected.length > DEEPEST) throw tooDeep(source, at)
      at++
    } else {
      if (closers.has(one)) {
        const should = expected.pop()
        if (one !== should) throw mismatch(source, at, should)
        at++
      } else {
        const behind = one === QUOTE ? stringEnd(bytes, at, end) : atomEnd(bytes, at, end)
        if (behind < 0) return OPEN
        at = behind
        if (one === HASH) {
          if (++tags > DEEPEST) throw tooDeep(source, at)
          continue
        }
      }
      tags = 0
      if (expected.length === 0 && --wanted === 0) return at
    }
  }
  return OPEN
}

const tooDeep = (source: Source, at: number): FormatError =>
  source.error(at, `nested more than ${DEEPEST} deep: expected an event`)

const mismatch = (source: Source, at: number, should: number | undefined): FormatError => {
  const expected = should === undefined ? 'a value' : JSON.stringify(String.fromCharCode(should))
  const found = JSON.stringify(String.fromCharCode(source.bytes[at]!))
  return source.error(at, `found ${found}: expected ${expected}`)
}

const stringEnd = (bytes: Buffer, from: number, end: number): number => {
  for (let at = from + 1; at < end; at++)
    if (bytes[at] === BACKSLASH) at++
    else if (bytes[at] === QUOTE) return at + 1
  return OPEN
}

/** Behind a number, a name, a tag or a character; OPEN when it may go on. */
const atomEnd = (bytes: Buffer, from: number, end: number): number => {
  // A character may be a bracket or a space: what follows the backslash belongs to it.
  let at = bytes[from] === BACKSLASH ? from + 2 : from + 1
  while (at < end && !endsAtom(bytes[at]!)) at++
  return at < end ? at : OPEN
}

/** A map as the library gives it: its forms one after another. */
class Forms {
  constructor(readonly forms: readonly unknown[]) {}
}

const MAP = 'schism/map'
const SET = 'schism/set'

/** A map as a record of its fields; the fields whose values are not asked for stay unread. */
export const readFields = (
  text: string,
  wanted: ReadonlySet<string>,
): Readonly<Record<string, unknown>> => {
  const map = untagged(parsed(text))
  if (!(map instanceof Forms)) throw new FormatError(`found ${excerpt(text)}: expected a map`)
  const { forms } = map
  const names = forms.filter((_, place) => place % 2 === 0).map(nameOf)
  if (new Set(names).size < names.length)
    throw new FormatError(`found ${excerpt(text)}: expected every key once`)
  return Object.fromEntries(
    names.map((name, place) => {
      const value = forms[place * 2 + 1]
      if (!wanted.has(name)) return [name, null]
      return [name, name === 'error' || name === 'exception' ? errorText(value) : plain(value)]
    }),
  )
}

/** A record such as `#jepsen.history.Op{…}` is the map behind its tag. */
const untagged = (value: unknown): unknown =>
  has(value, 'tag') && value.val instanceof Forms ? value.val : value

const parsed = (text: string): unknown => {
  try {
    // In a vector of its own, because the library answers with null for what it could not finish.
    const values = parseEDNString(`[${text.replace(TOKEN, reworded)}]`, {
      listAs: 'array',
      tagHandlers,
    })
    if (Array.isArray(values) && values.length === 1) return values[0]
  } catch (error) {
    if (error instanceof FormatError) throw error
    throw new FormatError(`found ${excerpt(text)}: ${(error as Error).message}`)
  }
  throw new FormatError(`found ${excerpt(text)}: expected one value behind every tag`)
}

const TOKEN =
  /"(?:[^"\\]|\\[\s\S])*"|;[^\n]*|#_|\\[\s\S][^\s,;"()[\]{}]*|#\{|[{}]|[^\s,;"()[\]{}\\#][^\s,;"()[\]{}]*/g
const INTEGER = /^[+-]?(?:0|[1-9]\d*)N?$/
const FLOAT = /^[+-]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?$/
const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?M$|^[+-]?\d+\/\d+$/
const characters: Readonly<Record<string, string>> = {
  newline: '\n',
  space: ' ',
  tab: '\t',
  return: '\r',
  formfeed: '\f',
  backspace: '\b',
}

/** One token in words that the library reads as Clojure does. */
const reworded = (token: string): string => {
  switch (token[0]) {
    case '"':
      return ` ${token} `
    case ';':
      return ' '
    case '{':
      return ` #${MAP} [`
    case '}':
      return '] '
    case '#':
      return token === '#_' ? ' #_ ' : ` #${SET} [`
    case '\\':
      return ` ${JSON.stringify(character(token.slice(1)))} `
  }
  if (INTEGER.test(token))
    return Number.isSafeInteger(Number.parseInt(token, 10)) ? smaller(token) : quoted(token)
  if (DECIMAL.test(token)) return quoted(token)
  if (FLOAT.test(token)) return ` ${Number(token)} `
  if (/^[+-]?\d/.test(token)) throw new FormatError(`found ${excerpt(token)}: expected a number`)
  return token
}

/** The library knows no suffix of small numbers. */
const smaller = (token: string): string => ` ${Number.parseInt(token, 10)} `

/** A number that a double cannot hold stays the text that it is, so that no two become equal. */
const quoted = (token: string): string => ` ${JSON.stringify(token.replace(/[NM]$/, ''))} `

const character = (name: string): string => {
  if (name.length === 1) return name
  const code = /^u([0-9a-fA-F]{4})$/.exec(name)
  const known =
    code === null ? characters[name] : String.fromCharCode(Number.parseInt(code[1]!, 16))
  if (known !== undefined) return known
  if ([...name].length === 1) return name
  throw new FormatError(`found ${excerpt(`\\${name}`)}: expected a character`)
}

const tagHandlers = {
  [MAP]: (forms: unknown): Forms => mapOf(forms as readonly unknown[]),
  [SET]: (forms: unknown): unknown => forms,
  inst: (value: unknown): unknown => value,
  uuid: (value: unknown): unknown => value,
}

const mapOf = (forms: readonly unknown[]): Forms => {
  if (forms.length % 2 === 0) return new Forms(forms)
  throw new FormatError('a map with an odd number of forms: expected a value behind every key')
}

const has = <K extends string>(value: unknown, key: K): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)

/** A value of the library as plain JSON: keywords are strings, sets and lists arrays. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Forms) return objectOf(value)
  if (has(value, 'key')) return keyword(value.key as string)
  if (has(value, 'sym'))
    throw new FormatError(`found ${excerpt(String(value.sym))}: expected a value`)
  if (has(value, 'tag')) return { [`#${String(value.tag)}`]: plain(value.val) }
  return value
}

const keyword = (name: string): string => {
  if (name !== '' && !name.startsWith(':')) return name
  throw new FormatError(`found ${excerpt(`:${name}`)}: expected a keyword`)
}

const objectOf = ({ forms }: Forms): Readonly<Record<string, unknown>> => {
  const entries = []
  for (let place = 0; place < forms.length; place += 2)
    entries.push([nameOf(forms[place]), plain(forms[place + 1])] as const)
  const object = Object.fromEntries(entries)
  if (Object.keys(object).length === entries.length) return object
  throw new FormatError('a map with two keys of one name: expected every key once')
}

const nameOf = (key: unknown): string => {
  const name = plain(key)
  return typeof name === 'string'
    ? name
    : typeof name === 'number'
      ? String(name)
      : JSON.stringify(name)
}

/** What an operation gives as its error, which may be a whole exception, as text. */
const errorText = (value: unknown): string | null => {
  if (value === null || typeof value === 'string') return value
  if (has(value, 'key')) return String(value.key)
  return JSON.stringify(value, (_, part: unknown) =>
    part instanceof Forms
      ? part.forms
      : has(part, 'key')
        ? part.key
        : has(part, 'sym')
          ? part.sym
          : part,
  )
}
