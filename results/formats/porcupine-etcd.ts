/**
 * Porcupine's logs of Jepsen runs against etcd: one register, lines of the form
 * `INFO  jepsen.util - PROCESS<TAB>:TYPE<TAB>:F<TAB>VALUE`, and noise between them. A value is `nil`, a
 * number, `[from to]` or `:timed-out`, which is an error and no value. Lines have no times.
 */
import type { EventInput, OpType } from '../../checkers/history.ts'
import { excerpt, FormatError } from './format.ts'
import { lineFormat } from './lines.ts'

export const porcupineEtcd = lineFormat({
  name: 'porcupine-etcd',
  summary: "Porcupine's etcd logs: INFO lines of jepsen.util, one register",
  recognises: (head) => /^INFO\s+jepsen\.util\s+-\s+\d+\s+:(invoke|ok|fail|info)\s/m.test(head),
  event: (line) => {
    const match = /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s+(.*)$/.exec(
      line,
    )
    if (match === null) return undefined
    const [, process, type, f, text] = match
    const shared = { process: Number(process), type: type as OpType, f: f! }
    const value = text!.trim()
    return value.startsWith(':')
      ? { ...shared, value: null, error: value.slice(1) }
      : { ...shared, value: parse(value) }
  },
})

const parse = (text: string): EventInput['value'] => {
  if (text === 'nil') return null
  if (/^-?\d+$/.test(text)) return Number(text)
  const pair = /^\[(-?\d+) (-?\d+)\]$/.exec(text)
  if (pair === null)
    throw new FormatError(`value ${excerpt(text)}: expected nil, a number, [from to] or :timed-out`)
  return [Number(pair[1]), Number(pair[2])]
}
