/**
 * Formats with one event a line. The last line of a history may be cut off: whoever wrote it was killed.
 * When it has no line end and cannot be read it is left out, and a note says so. Anywhere else a broken
 * line is an error.
 */
import type { EventInput } from '../../checkers/history.ts'
import { type Format, FormatError, type Sink } from './format.ts'
import type { Source } from './source.ts'

export interface LineFormat extends Omit<Format, 'read'> {
  /**
   * The event of one line, or undefined when the line is none.
   * @throws FormatError with what was found and what was expected, without the place
   */
  event(line: string): EventInput | undefined
}

/** The format whose lines are read one by one. */
export const lineFormat = ({ event, ...format }: LineFormat): Format => ({
  ...format,
  read: (source, sink) => readLines(source, sink, event),
})

/**
 * Reads line by line.
 * @param fast goes over as many lines as it can at the source's place, if given, before each other one
 */
export const readLines = (
  source: Source,
  sink: Sink,
  event: LineFormat['event'],
  fast?: () => void,
): void => {
  for (;;) {
    fast?.()
    const newline = source.bytes.indexOf(NEWLINE, source.at)
    if (newline >= 0 && newline < source.end) {
      take(source, sink, parse(source, newline, event))
      source.newline(newline)
    } else if (!source.more()) break
  }
  let last: EventInput | undefined
  try {
    last = event(source.text(source.at, source.end))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    sink.note(`${source.name}:${source.line}: the last line is cut off and was left out`)
  }
  take(source, sink, last)
}

const NEWLINE = 10

const take = (source: Source, sink: Sink, event: EventInput | undefined): void => {
  if (event !== undefined) sink.add(event, source.line)
}

const parse = (source: Source, end: number, event: LineFormat['event']): EventInput | undefined => {
  try {
    return event(source.text(source.at, end))
  } catch (error) {
    if (error instanceof FormatError)
      throw new FormatError(`${source.name}:${source.line}: ${error.message}`)
    throw error
  }
}
