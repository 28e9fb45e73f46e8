/**
 * The text that stands for a value in a report: its JSON where that is short enough, else its beginning and
 * how long the whole was. A value that is too large is never written out whole, not even for a moment.
 */
import { count, shown } from '../text.ts'

/** The JSON of a value, or its beginning in about `max` characters, which says what was left out. */
export const valueText = (value: unknown, max: number): string => {
  if (fits(value, max) < 0) return shown(value, max)
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length <= max ? text : shown(value, max)
}

/** A foreign text (an error, a key) or its beginning; halves of characters are spelt out. */
export const plainText = (text: string, max: number): string => {
  const part = text.slice(0, max).replace(/\p{Cs}/gu, spelt)
  return text.length <= max ? part : `${part}… ${count(text.length)} characters`
}

const spelt = (half: string): string => `\\u${half.charCodeAt(0).toString(16)}`

/** The room left of `room` characters after a value, about; negative as soon as it does not fit. */
const fits = (value: unknown, room: number): number => {
  if (room < 0) return room
  if (typeof value === 'string') return room - value.length
  if (typeof value !== 'object' || value === null) return room - 1
  let left = room - 2
  if (Array.isArray(value))
    for (let at = 0; at < value.length && left >= 0; at++) left = fits(value[at], left - 1)
  else
    for (const [name, item] of Object.entries(value)) {
      if (left < 0) break
      left = fits(item, left - name.length - 3)
    }
  return left
}
