/**
 * Reads a history from a file in any of the formats, recognised from its first lines. Works through
 * the file in pieces, so that its size is bounded by the history and not by the text, and names file
 * and line in every error.
 *
 * The last line of a history may be cut off: whoever wrote it was killed. When it has no line end and
 * cannot be read it is left out, and a note says so. Anywhere else a broken line is an error.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import {
  type EventInput,
  type History,
  HistoryBuilder,
  HistoryError,
} from '../../checkers/history.ts'
import { excerpt, FormatError, type FormatName, type LineFormat } from './format.ts'
import { jsonl, unknownFields } from './jsonl.ts'
import { porcupineEtcd } from './porcupine-etcd.ts'
import { porcupineKv } from './porcupine-kv.ts'

export { FormatError, type FormatName } from './format.ts'

/** All formats, by the names that `--format` takes. */
export const formats: readonly LineFormat[] = [jsonl, porcupineEtcd, porcupineKv]

export interface ReadHistory {
  readonly history: History
  /** Things to know that change nothing: a truncated last line. */
  readonly notes: readonly string[]
  readonly format: FormatName
}

/** The format of a text that begins like this, or undefined. */
export const recognise = (head: string): FormatName | undefined =>
  formats.find((format) => format.recognises(head))?.name

/** Reads a history. @throws FormatError; errors of the file system as they come */
export const readHistory = (path: string, options: { format?: FormatName } = {}): ReadHistory => {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(4 << 20)
    return readPieces(pieces(file, buffer), path, options)
  } finally {
    closeSync(file)
  }
}

/** Reads a history from bytes. `name` stands in errors for the file. @throws FormatError */
export const readHistoryFrom = (
  bytes: Uint8Array | string,
  name: string,
  options: { format?: FormatName } = {},
): ReadHistory => readPieces([Buffer.from(bytes as string)], name, options)

function* pieces(file: number, buffer: Buffer): Generator<Buffer> {
  for (;;) {
    const length = readSync(file, buffer)
    if (length === 0) return
    yield buffer.subarray(0, length)
  }
}

const readPieces = (
  source: Iterable<Buffer>,
  name: string,
  options: { format?: FormatName },
): ReadHistory => {
  const text = new TextDecoder()
  let reader: Reader | undefined
  let rest = ''
  for (const piece of source) {
    rest += text.decode(piece, { stream: true })
    reader ??= new Reader(name, formatOf(rest, name, options.format))
    const end = rest.lastIndexOf('\n')
    if (end < 0) continue
    reader.lines(rest.slice(0, end))
    rest = rest.slice(end + 1)
  }
  if (reader === undefined)
    throw new FormatError(`${name}: the file is empty: expected a history, one event a line`)
  return reader.end(rest + text.decode())
}

const formatOf = (head: string, name: string, wanted: FormatName | undefined): LineFormat => {
  const found = formats.find((format) =>
    wanted === undefined ? format.recognises(head) : format.name === wanted,
  )
  if (found !== undefined) return found
  const first = head.split('\n').find((line) => line.trim() !== '') ?? ''
  if (first === '')
    throw new FormatError(`${name}: the file is empty: expected a history, one event a line`)
  const expected = formats.map((format) => `${format.name} (${format.summary})`).join('; ')
  throw new FormatError(`${name}:1: unknown format: found ${excerpt(first)}: expected ${expected}`)
}

/** Goes through complete lines. */
class Reader {
  private readonly builder = new HistoryBuilder()
  private readonly notes: string[] = []
  private readonly strangers = new Set<string>()
  private line = 0
  private events = 0

  constructor(
    private readonly name: string,
    private readonly format: LineFormat,
  ) {}

  /** @param text complete lines, without the last line end */
  lines(text: string): void {
    const events = this.format.events?.(text)
    if (events !== undefined && events.length === countLines(text)) {
      for (const event of events) {
        this.line++
        this.add(event)
      }
      return
    }
    let from = 0
    while (from <= text.length) {
      const newline = text.indexOf('\n', from)
      const end = newline < 0 ? text.length : newline
      this.line++
      this.add(this.parse(text.slice(from, end)))
      from = end + 1
    }
  }

  /** @param last what stands after the last line end: nothing, a whole line or a part of one */
  end(last: string): ReadHistory {
    if (last.trim() !== '') {
      this.line++
      let event: EventInput | undefined
      try {
        event = this.format.event(last)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        this.notes.push(`${this.name}:${this.line}: the last line is cut off and was left out`)
      }
      this.add(event)
    }
    if (this.events === 0)
      throw new FormatError(
        `${this.name}: no event in ${this.line} lines: expected a history in the format ${this.format.name}`,
      )
    return { history: this.builder.build(), notes: this.notes, format: this.format.name }
  }

  private parse(line: string): EventInput | undefined {
    try {
      return this.format.event(line)
    } catch (error) {
      if (error instanceof FormatError) throw this.at(error)
      throw error
    }
  }

  private add(event: EventInput | undefined): void {
    if (event === undefined) return
    try {
      this.builder.add(event)
    } catch (error) {
      if (error instanceof HistoryError) throw this.at(error)
      throw error
    }
    this.events++
    if (this.format === jsonl) this.noteStrangers(event)
  }

  private noteStrangers(event: EventInput): void {
    for (const field of unknownFields(event)) {
      if (this.strangers.has(field)) continue
      this.strangers.add(field)
      this.notes.push(
        `${this.name}:${this.line}: field ${excerpt(field)} is not known and was left out`,
      )
    }
  }

  private at(error: Error): FormatError {
    return new FormatError(`${this.name}:${this.line}: ${error.message}`)
  }
}

const countLines = (text: string): number => {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
