/**
 * Porcupine's key-value histories: a map a line, `{:process 9, :type :invoke, :f :append, :key "0",
 * :value "x 9 0 y"}`, with `:value nil` for a get not yet answered. Lines have no times.
 */
import type { OpType } from '../../checkers/history.ts'
import { excerpt, FormatError } from './format.ts'
import { lineFormat } from './lines.ts'

const line =
  /^\{:process (\d+), :type :(invoke|ok|fail|info), :f :(\S+), :key ("(?:[^"\\]|\\.)*"), :value (nil|"(?:[^"\\]|\\.)*")\}\s*$/

export const porcupineKv = lineFormat({
  name: 'porcupine-kv',
  summary: "Porcupine's key-value histories: {:process …} lines with get, put and append",
  recognises: (head) => /^\s*\{:process \d+, :type :\w+, :f :\S+, :key "/.test(head),
  event: (text) => {
    if (text.trim() === '') return undefined
    const match = line.exec(text)
    if (match === null)
      throw new FormatError(
        `found ${excerpt(text)}: expected {:process N, :type :T, :f :F, :key "K", :value nil or "V"}`,
      )
    const [, process, type, f, key, value] = match
    return {
      process: Number(process),
      type: type as OpType,
      f: f!,
      key: unquote(key!),
      value: value === 'nil' ? null : unquote(value!),
    }
  },
})

const unquote = (text: string): string => {
  try {
    return JSON.parse(text) as string
  } catch {
    throw new FormatError(`string ${excerpt(text)}: expected the escapes of JSON`)
  }
}
