/**
 * Our own format: one event a line as JSON, with `type`, `process` and `f`, and where they apply
 * `index`, `time`, `key`, `value`, `node` and `error`. Checked by hand, field by field, because a
 * million lines go through here. A field that we do not know is left alone.
 */
import type { EventInput } from '../../checkers/history.ts'
import { exact } from './exact.ts'
import { excerpt, type Format, FormatError, type Sink, short } from './format.ts'
import { JsonScan } from './jsonl-scan.ts'
import { readLines } from './lines.ts'
import type { Source } from './source.ts'

export const jsonl: Format = {
  name: 'jsonl',
  summary: 'JSON lines: {"type", "process", "f", "value", …}, as schism writes them',
  recognises: (head) => /^\s*\{\s*("|\}|$)/.test(head),
  read: (source, sink) => {
    const scan = new JsonScan()
    const event = (line: string): EventInput | undefined => slow(line, source, sink)
    readLines(source, sink, event, () => {
      while (scan.scan(source.bytes, source.at)) {
        sink.add(scan.event!, source.line)
        source.newline(scan.at - 1)
      }
    })
  },
}

/** The fields that are read. */
const ours: ReadonlySet<string> = new Set([
  ...['index', 'time', 'type', 'process', 'f', 'key', 'value', 'node', 'error'],
])

/** One line by way of `JSON.parse`. */
const slow = (line: string, source: Source, sink: Sink): EventInput | undefined => {
  if (line.trim() === '') return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    throw new FormatError(`found ${excerpt(line)}: expected one JSON object`)
  }
  const event = checked(parsed)
  const { key, value = null } = event
  exact([key, value], line)
  for (const field in event) if (!ours.has(field)) sink.stranger(field, source.line)
  return { ...event, value }
}

/** A parsed line as an event. @throws FormatError naming the first field that is wrong */
export const checked = (parsed: unknown): EventInput => {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new FormatError(`found ${short(JSON.stringify(parsed))}: expected one JSON object`)
  const { index, time, type, process, f, key, node, error } = parsed as Record<string, unknown>
  if (type !== 'invoke' && type !== 'ok' && type !== 'fail' && type !== 'info')
    throw wrong('type', type, '"invoke", "ok", "fail" or "info"')
  if (process !== 'nemesis' && !whole(process, 2 ** 31 - 1))
    throw wrong('process', process, 'a whole number or "nemesis"')
  if (typeof f !== 'string' || f === '') throw wrong('f', f, 'the name of an operation')
  if (index !== undefined && !whole(index, Number.MAX_SAFE_INTEGER))
    throw wrong('index', index, 'a whole number')
  if (time !== undefined && !(Number.isFinite(time) && (time as number) >= 0))
    throw wrong('time', time, 'nanoseconds since the start')
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number')
    throw wrong('key', key, 'a string or a number')
  if (node !== undefined && typeof node !== 'string') throw wrong('node', node, 'a string')
  if (error !== undefined && typeof error !== 'string') throw wrong('error', error, 'a string')
  return parsed as EventInput
}

const whole = (value: unknown, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most

const wrong = (field: string, found: unknown, expected: string): FormatError =>
  new FormatError(
    found === undefined
      ? `no field "${field}": expected ${expected}`
      : `field "${field}" is ${short(JSON.stringify(found))}: expected ${expected}`,
  )
