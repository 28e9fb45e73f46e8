/**
 * Jepsen's EDN: `history.edn` with a map an event, one after another, or all of them in one vector or
 * list; comments, discarded forms and records (`#jepsen.history.Op{…}`) anywhere. A map as Jepsen writes
 * it takes the fast way, every other one goes through the library.
 */
import type { EventInput } from '../../checkers/history.ts'
import { formEnd, OPEN, readFields } from './edn-form.ts'
import { EdnScan } from './edn-scan.ts'
import { type Format, FormatError, type ReadOptions, type Sink } from './format.ts'
import { eventOf, fields, JepsenEvents } from './jepsen.ts'
import { byte } from './scan.ts'
import type { Source } from './source.ts'

export const edn: Format = {
  name: 'edn',
  summary: "Jepsen's history.edn: maps {:type :invoke, :process 0, :f :read, …}",
  recognises: (head) =>
    /^[\s,]*(?:#|[[(]?[\s,]*(?:#[\w./]*[\s,]*)?\{[\s,]*(?::|$))/.test(
      head.replaceAll(/;[^\n]*/g, ''),
    ),
  read: (source, sink, options) => new Reader(source, sink, options).read(),
}

const NEWLINE = 10
const SEMICOLON = byte(';')
const HASH = byte('#')
const UNDERSCORE = byte('_')
const OPEN_MAP = byte('{')
const brackets = new Map([
  [byte('['), byte(']')],
  [byte('('), byte(')')],
])

class Reader {
  private readonly scan = new EdnScan()
  private readonly events: JepsenEvents
  /** Whether events stand alone, or within a vector or list, and where there. */
  private state: 'before' | 'bare' | 'within' | 'behind' = 'before'
  /** What closes the vector or list. */
  private close: number | undefined

  constructor(
    private readonly source: Source,
    private readonly sink: Sink,
    options: ReadOptions,
  ) {
    this.events = new JepsenEvents(source.name, sink, options)
  }

  read(): void {
    const { source } = this
    for (let first = this.next(); first !== undefined; first = this.next()) {
      const close = this.state === 'before' ? brackets.get(first) : undefined
      if (this.state === 'behind')
        throw source.error(
          source.at,
          `found ${source.found(source.at)}: expected the end of the file`,
        )
      if (close !== undefined) {
        this.state = 'within'
        this.close = close
        source.at++
      } else if (first === this.close) {
        this.state = 'behind'
        source.at++
      } else if (!this.element(first)) break
    }
    if (this.state === 'within') throw this.unclosed()
    this.events.end()
  }

  /** Goes to the next byte that is neither white space nor a comment; undefined at the end of the file. */
  private next(): number | undefined {
    const { source } = this
    for (;;) {
      const one = source.bytes[source.at]!
      if (one === NEWLINE) source.newline(source.at)
      else if (one === 32 || one === 44 || one === 13 || one === 9 || one === 12) source.at++
      else if (one === SEMICOLON) this.comment()
      else if (source.at < source.end) return one
      else if (!source.more()) return undefined
    }
  }

  private comment(): void {
    const { source } = this
    for (;;) {
      const newline = source.bytes.indexOf(NEWLINE, source.at)
      if (newline >= 0 && newline < source.end) {
        source.newline(newline)
        return
      }
      source.at = source.end
      if (!source.more()) return
    }
  }

  /** Reads a map, or goes over a discarded form; false when the file breaks off in it. */
  private element(first: number): boolean {
    const { source, scan, events } = this
    if (this.state === 'before') this.state = 'bare'
    if (scan.scan(source.bytes, source.at)) {
      events.add(scan.event!, source.line)
      for (const name of scan.strangers) this.sink.stranger(name, source.line)
      source.at = scan.at
      return true
    }
    if (first !== OPEN_MAP && first !== HASH)
      throw source.error(source.at, `found ${source.found(source.at)}: expected a map`)
    const discarded = first === HASH && this.second() === UNDERSCORE
    let end = formEnd(source, discarded ? source.at + 2 : source.at)
    while (end === OPEN) {
      if (!source.more()) return this.broken()
      end = formEnd(source, discarded ? source.at + 2 : source.at)
    }
    if (!discarded) this.event(end)
    source.advance(end)
    return true
  }

  private second(): number | undefined {
    const { source } = this
    if (source.at + 1 >= source.end) source.more()
    return source.bytes[source.at + 1]
  }

  private event(end: number): void {
    const { source, events } = this
    const { line, at } = source
    let map: Readonly<Record<string, unknown>>
    let event: EventInput
    try {
      map = readFields(source.text(at, end), fields)
      event = eventOf(map)
    } catch (error) {
      if (error instanceof FormatError) throw source.error(at, error.message)
      throw error
    }
    events.add(event, line)
    for (const name in map) if (!fields.has(name)) this.sink.stranger(name, line)
  }

  /** At the end of the file within a form: the last line of a history may be cut off. */
  private broken(): boolean {
    const { source, sink } = this
    const newline = source.bytes.indexOf(NEWLINE, source.at)
    if (this.state === 'within' || (newline >= 0 && newline < source.end)) throw this.unclosed()
    sink.note(`${source.name}:${source.line}: the last line is cut off and was left out`)
    return false
  }

  private unclosed(): FormatError {
    const { source } = this
    return source.at < source.end
      ? source.error(source.at, `${source.found(source.at)} is never closed: expected an event`)
      : source.error(
          source.at,
          `found the end of the file: expected ${JSON.stringify(String.fromCharCode(this.close!))}`,
        )
  }
}
