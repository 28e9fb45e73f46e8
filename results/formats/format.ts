/**
 * What a format of histories is. A reader takes one line at a time and gives events to the builder,
 * which refuses what is ill-formed; whoever drives it adds the file and the line to every error.
 */
import type { EventInput } from '../../checkers/history.ts'

export type FormatName = 'jsonl' | 'porcupine-etcd' | 'porcupine-kv'

/** A file that is no history: one line that names the place, what was found and what was expected. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
}

export interface LineFormat {
  readonly name: FormatName
  /** One line for help texts. */
  readonly summary: string
  /** Whether a file that begins like this is in this format. */
  recognises(head: string): boolean
  /**
   * The event of one line, or undefined when the line is none.
   * @throws FormatError with what was found and what was expected, without the place
   */
  event(line: string): EventInput | undefined
  /**
   * The events of many complete lines at once, one a line, where that is faster; undefined when any of
   * them is no event, so that the lines are read one by one and the error names the right one.
   */
  events?(lines: string): readonly EventInput[] | undefined
}

/** A piece of foreign text for an error message: quoted, short and on one line. */
export const excerpt = (text: string): string => short(JSON.stringify(text))

/** Text without line ends for an error message, cut off where it is long. */
export const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 57)}…`)
