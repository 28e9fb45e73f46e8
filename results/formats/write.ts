/**
 * Writes histories: our JSON lines, and EDN as Jepsen writes it, for Knossos, Elle and their relatives.
 * What is read back is the same history, with two exceptions that `docs/histories.md` names: a nemesis
 * has no key in EDN, and keys must be given as such (`independent`) where the values do not tell.
 */
import { type History, type HistoryEvent, INVOKE, NEMESIS, NONE } from '../../checkers/history.ts'
import { FormatError } from './format.ts'

/** Writers by the name of their format: the text of a history in pieces. */
export const writers = {
  edn: (history: History): Iterable<string> => writeEdn(history),
  jsonl: (history: History): Iterable<string> => pieces(history, jsonLine),
} as const

export type WriterName = keyof typeof writers

const jsonLine = (event: HistoryEvent): string =>
  `${JSON.stringify({ ...event, value: event.value ?? null })}\n`

/** @throws FormatError where only some operations have keys, which EDN cannot tell apart */
const writeEdn = (history: History): Iterable<string> => {
  const keyed = keyedOf(history)
  return pieces(history, keyed ? (event) => ednLine(event, pairOf(event)) : ednLine)
}

/** Lines joined to pieces that are worth writing. */
function* pieces(
  history: History,
  lineOf: (event: HistoryEvent) => string,
): Generator<string, void, undefined> {
  let text = ''
  for (const event of history) {
    text += lineOf(event)
    if (text.length < PIECE) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

const PIECE = 1 << 16

/** Whether the clients' events have keys. */
const keyedOf = ({ columns, length }: History): boolean => {
  const { process, key, index, type } = columns
  let first: boolean | undefined
  for (let position = 0; position < length; position++) {
    if (process[position] === NEMESIS) continue
    const keyed = key[position] !== NONE
    first ??= keyed
    if (keyed !== first)
      throw new FormatError(
        `operation ${index[position]} (${type[position] === INVOKE ? 'invoked' : 'completed'}) ` +
          `has ${keyed ? 'a' : 'no'} key, unlike those before: in EDN all have keys or none`,
      )
  }
  return first === true
}

/** What `jepsen.independent` makes of a key and a value. */
const pairOf = (event: HistoryEvent): unknown =>
  event.process === 'nemesis' ? event.value : [event.key, event.value]

const ednLine = (event: HistoryEvent, value: unknown = event.value): string => {
  const { index, time, type, process, f, node, error } = event
  const more =
    (node === undefined ? '' : `, :node ${JSON.stringify(node)}`) +
    (error === undefined ? '' : `, :error ${ednOf(error)}`)
  const who = process === 'nemesis' ? ':nemesis' : process
  return (
    `{:index ${index}, :time ${number(time)}, :type :${type}, :process ${who}, ` +
    `:f ${nameOf(f)}, :value ${ednOf(value)}${more}}\n`
  )
}

/** A name that is a keyword to everybody, or a string. */
const nameOf = (name: string): string =>
  /^[A-Za-z][\w.*+!?<>=-]*$/.test(name) ? `:${name}` : JSON.stringify(name)

/** A JSON value as EDN: objects are maps with strings for keys. */
const ednOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nil'
  if (typeof value === 'number') return number(value)
  if (Array.isArray(value)) return `[${value.map(ednOf).join(' ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value).map(
    ([name, part]) => `${JSON.stringify(name)} ${ednOf(part)}`,
  )
  return `{${entries.join(', ')}}`
}

/** Whole numbers that a double cannot tell apart are written as doubles. */
const number = (value: number): string =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes('e')
    ? `${value}.0`
    : String(value)
