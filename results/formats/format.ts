/**
 * What a format of histories is: it reads a source of bytes and gives events to a sink, each with the
 * line on which it begins. Errors are one line: file, place, what was found and what was expected.
 */
import type { EventInput, Key } from '../../checkers/history.ts'
import type { Source } from './source.ts'

/** The names that `--format` takes. */
export const formatNames = ['jsonl', 'edn', 'json', 'porcupine-etcd', 'porcupine-kv'] as const
export type FormatName = (typeof formatNames)[number]

/** How a history is to be read. */
export interface ReadOptions {
  /** The format of the file; recognised from its beginning if absent. */
  readonly format?: FormatName
  /**
   * Whether every value is a pair [key value], as `jepsen.independent` writes it (formats `edn` and
   * `json`); told by the whole of the history if absent.
   */
  readonly independent?: boolean
}

/** A file that is no history: one line that names the place, what was found and what was expected. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
}

export interface Format {
  readonly name: FormatName
  /** One line for help texts. */
  readonly summary: string
  /** Whether a file that begins like this is in this format. */
  recognises(head: string): boolean
  /** Reads the whole source. @throws FormatError with the place */
  read(source: Source, sink: Sink, options: ReadOptions): void
}

/** Where events go. */
export interface Sink {
  /**
   * Takes an event, which may be changed afterwards.
   * @param line where it begins, from 1
   * @throws FormatError when it cannot follow the ones before it
   */
  add(event: EventInput, line: number): void
  /** Tells of a field that no reader looks at; once a name is enough. */
  stranger(field: string, line: number): void
  /** Says something that changes nothing. */
  note(text: string): void
  /** Takes the key out of the value of every client's event. */
  separate(split: (value: unknown) => readonly [key: Key, value: unknown] | undefined): void
}

/** A piece of foreign text for an error message: quoted, short and on one line. */
export const excerpt = (text: string): string => short(JSON.stringify(text))

/** Text without line ends for an error message, cut off where it is long. */
export const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 57)}…`)
