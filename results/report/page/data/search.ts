/** Finds the texts of a history that hold a query, whatever its case. Runs in the worker. */
import type { TextData } from '../../operations/operations.ts'

/** How much is made into one string at a time. */
const PIECE_BYTES = 2 ** 22

/** A 1 for every text that has the query in it. O(bytes). */
export const textsWith = ({ bytes, starts }: TextData, query: string): Uint8Array<ArrayBuffer> => {
  const count = starts.length - 1
  const found = new Uint8Array(count)
  const wanted = query.toLowerCase()
  if (wanted === '') return found
  const decoder = new TextDecoder()
  for (let first = 0; first < count; ) {
    let last = first + 1
    while (last < count && starts[last + 1]! - starts[first]! <= PIECE_BYTES) last++
    const piece = bytes.subarray(starts[first], starts[last])
    const text = decoder.decode(piece)
    // Places in the string are places in the bytes where all of them are ASCII.
    if (text.length === piece.length) mark(text.toLowerCase(), wanted, starts, first, found)
    else
      for (let one = first; one < last; one++)
        if (has(decoder.decode(bytes.subarray(starts[one], starts[one + 1])), wanted))
          found[one] = 1
    first = last
  }
  return found
}

const has = (text: string, wanted: string): boolean => text.toLowerCase().includes(wanted)

const mark = (
  text: string,
  wanted: string,
  starts: TextData['starts'],
  first: number,
  found: Uint8Array,
): void => {
  const base = starts[first]!
  let one = first
  for (let at = text.indexOf(wanted); at >= 0; ) {
    while (starts[one + 1]! <= base + at) one++
    // It may begin in one text and end in the next.
    if (base + at + wanted.length <= starts[one + 1]!) {
      found[one] = 1
      at = text.indexOf(wanted, starts[one + 1]! - base)
    } else at = text.indexOf(wanted, at + 1)
  }
}
