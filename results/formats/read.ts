/**
 * Reads a history from a file in any of the formats, recognised from its beginning. Works through the
 * file in pieces, so that its size is bounded by the history and not by the text, and names file and line
 * in every error.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import {
  type EventInput,
  type History,
  HistoryBuilder,
  HistoryError,
} from '../../checkers/history.ts'
import { edn } from './edn.ts'
import {
  excerpt,
  type Format,
  FormatError,
  type FormatName,
  type ReadOptions,
  type Sink,
} from './format.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { porcupineEtcd } from './porcupine-etcd.ts'
import { porcupineKv } from './porcupine-kv.ts'
import { type Fill, Source } from './source.ts'

export { FormatError, type FormatName, type ReadOptions } from './format.ts'

/** All formats; the first that recognises a file reads it. */
const formats: readonly Format[] = [jsonl, json, porcupineEtcd, porcupineKv, edn]

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
export const readHistory = (path: string, options: ReadOptions = {}): ReadHistory => {
  const file = openSync(path, 'r')
  try {
    return readFrom((buffer, from, most) => readSync(file, buffer, from, most, null), path, options)
  } finally {
    closeSync(file)
  }
}

/** Reads a history from bytes. `name` stands in errors for the file. @throws FormatError */
export const readHistoryFrom = (
  bytes: Uint8Array | string,
  name: string,
  options: ReadOptions = {},
): ReadHistory => {
  const all = Buffer.from(bytes as string)
  let done = 0
  const fill: Fill = (buffer, from, most) => {
    const length = all.copy(buffer, from, done, Math.min(all.length, done + most))
    done += length
    return length
  }
  return readFrom(fill, name, options)
}

/** How much of a file is looked at to recognise its format. */
const HEAD = 1 << 20

const readFrom = (fill: Fill, name: string, options: ReadOptions): ReadHistory => {
  const source = new Source(name, fill)
  const head = source.text(source.at, Math.min(source.end, HEAD))
  if (head.trim() === '')
    throw new FormatError(`${name}: the file is empty: expected a history, one event a line`)
  const format = formatOf(head, name, options.format)
  if (options.independent !== undefined && format !== edn && format !== json)
    throw new FormatError(`${name}: only edn and json have independent keys: found ${format.name}`)
  const intake = new Intake(name)
  format.read(source, intake, options)
  return { ...intake.result(source.line, format), format: format.name }
}

const formatOf = (head: string, name: string, wanted: FormatName | undefined): Format => {
  const found = formats.find((format) =>
    wanted === undefined ? format.recognises(head) : format.name === wanted,
  )
  if (found !== undefined) return found
  const first = head.split('\n').find((line) => line.trim() !== '') ?? ''
  const expected = formats.map((format) => `${format.name} (${format.summary})`).join('; ')
  throw new FormatError(`${name}:1: unknown format: found ${excerpt(first)}: expected ${expected}`)
}

/** Takes the events of one file. */
class Intake implements Sink {
  private readonly builder = new HistoryBuilder()
  private readonly notes: string[] = []
  private readonly strangers = new Set<string>()
  private events = 0

  constructor(private readonly name: string) {}

  add(event: EventInput, line: number): void {
    try {
      this.builder.add(event)
    } catch (error) {
      if (error instanceof HistoryError)
        throw new FormatError(`${this.name}:${line}: ${error.message}`)
      throw error
    }
    this.events++
  }

  stranger(field: string, line: number): void {
    if (this.strangers.has(field)) return
    this.strangers.add(field)
    this.note(`${this.name}:${line}: field ${excerpt(field)} is not known and was left out`)
  }

  note(text: string): void {
    this.notes.push(text)
  }

  separate(split: Parameters<Sink['separate']>[0]): void {
    this.builder.separate(split)
  }

  /** @param lines how many were read */
  result(lines: number, format: Format): Omit<ReadHistory, 'format'> {
    if (this.events > 0) return { history: this.builder.build(), notes: this.notes }
    throw new FormatError(
      `${this.name}: no event in ${lines} lines: expected a history in the format ${format.name}`,
    )
  }
}
