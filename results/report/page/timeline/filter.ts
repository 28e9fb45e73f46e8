/** Which operations a filter shows. */
import { isTextCell, NOTHING, numberCell, textIdOf } from '../../operations/cells.ts'
import { NONE, type Operations, outcomeNames } from '../../operations/operations.ts'
import type { Filter } from '../view-state.ts'

/**
 * A 1 for every operation that is shown; undefined when all are. O(operations).
 * @param texts a 1 for every text that has the filter's query in it
 */
export const matching = (
  operations: Operations,
  filter: Filter,
  texts: Uint8Array,
): Uint8Array | undefined => {
  const tests = testsOf(operations, filter, texts)
  if (tests.length === 0) return undefined
  const matches = new Uint8Array(operations.length)
  for (let place = 0; place < matches.length; place++)
    if (tests.every((passes) => passes(place))) matches[place] = 1
  return matches
}

type Test = (place: number) => boolean

const testsOf = (operations: Operations, filter: Filter, texts: Uint8Array): readonly Test[] => {
  const { key, f, process, outcome, node } = operations.columns
  const tests: Test[] = []
  if (filter.process !== undefined) tests.push((place) => process[place] === filter.process)
  if (filter.f !== undefined) {
    const wanted = operations.fs.indexOf(filter.f)
    tests.push((place) => f[place] === wanted)
  }
  if (filter.node !== undefined) {
    const wanted = operations.nodes.indexOf(filter.node)
    tests.push((place) => wanted >= 0 && node[place] === wanted)
  }
  if (filter.outcome !== undefined)
    tests.push((place) => outcomeNames[outcome[place]!] === filter.outcome)
  if (filter.key !== undefined) {
    const isWanted = remembered((cell) => cell !== NOTHING && operations.text(cell) === filter.key)
    tests.push((place) => isWanted(key[place]!))
  }
  if (filter.query !== undefined) tests.push(searched(operations, filter.query, texts))
  return tests
}

/** A number is found as a whole, a text by any part of it; `#12` is the operation of that index. */
const searched = (operations: Operations, query: string, texts: Uint8Array): Test => {
  const { index, key, asked, answered, error, f } = operations.columns
  const named = /^#(\d+)$/.exec(query)
  if (named !== null) return (place) => index[place] === Number(named[1])
  const trimmed = query.trim()
  const number = Number(trimmed)
  const wanted = trimmed !== '' && Number.isSafeInteger(number) ? numberCell(number) : NONE
  const kinds = operations.fs.map((name) => name.toLowerCase().includes(query.toLowerCase()))
  const has = (cell: number) => cell === wanted || (isTextCell(cell) && texts[textIdOf(cell)] === 1)
  return (place) =>
    has(asked[place]!) ||
    has(answered[place]!) ||
    has(key[place]!) ||
    texts[error[place]!] === 1 ||
    kinds[f[place]!] === true
}

const remembered = (decide: (cell: number) => boolean): ((cell: number) => boolean) => {
  const known = new Map<number, boolean>()
  return (cell) => {
    const before = known.get(cell)
    if (before !== undefined) return before
    const decided = decide(cell)
    known.set(cell, decided)
    return decided
  }
}

/** The first keys of a history, as they are shown, and whether there are more. O(operations). */
export const keysOf = (operations: Operations, limit: number): readonly string[] => {
  const cells = new Set<number>()
  const { key } = operations.columns
  for (let place = 0; place < operations.length && cells.size < limit; place++)
    if (key[place] !== NOTHING) cells.add(key[place]!)
  return [...cells].map((cell) => operations.text(cell))
}
