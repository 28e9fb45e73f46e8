/** Why one transaction over lists comes before another one, in words, with the reads that show it. */
import { NONE } from '../../history.ts'
import { APPEND, READ, SCALAR } from '../columns.ts'
import type { Reason } from '../cycles.ts'
import type { Step } from '../paths.ts'
import { RW, WR } from '../relations.ts'
import { keyWord, listWord, readWord, valueWord } from '../words.ts'
import { isUnread, itemBehind, lastElement, type Versions } from './versions.ts'

/** The reason of a dependency. @throws Error when there is none: a mistake of the checker */
export const reasonOf = (versions: Versions, step: Step): Reason => {
  const reason =
    step.relation === WR
      ? seen(versions, step)
      : step.relation === RW
        ? unseen(versions, step)
        : behind(versions, step)
  if (reason !== undefined) return reason
  throw new Error(`no reason for relation ${step.relation} from ${step.from} to ${step.to}`)
}

function* ofKind({ transactions }: Versions, one: number, kind: number): Iterable<number> {
  for (let at = transactions.first[one]!; at < transactions.end[one]!; at++)
    if (transactions.kind[at] === kind) yield at
}

const elements = ({ transactions: { length } }: Versions, read: number): number =>
  length[read] === SCALAR ? 0 : length[read]!

const seen = (versions: Versions, { from, to }: Step): Reason | undefined => {
  const { transactions, writers } = versions
  for (const read of ofKind(versions, to, READ)) {
    const length = elements(versions, read)
    if (length === 0) continue
    const key = transactions.key[read]!
    const append = writers.of(key, lastElement(transactions, read, length))
    if (append === NONE || transactions.owner[append] !== from) continue
    const value = valueWord(transactions, transactions.value[append]!)
    const [name, list] = [keyWord(transactions, key), readWord(transactions, read)]
    return {
      witnesses: [],
      why: (one, other) => `${other}'s read of ${name} = ${list} saw ${one}'s append of ${value}`,
    }
  }
  return undefined
}

const unseen = (versions: Versions, { from, to }: Step): Reason | undefined => {
  const { transactions, following, end } = versions
  for (const read of ofKind(versions, from, READ)) {
    const key = transactions.key[read]!
    const next = itemBehind(versions, read, elements(versions, read))
    if (next === NONE) continue
    const after = next < end[key]! ? following[next]! : NONE
    for (const append of ofKind(versions, to, APPEND)) {
      if (transactions.key[append] !== key) continue
      if (after === NONE ? !isUnread(versions, append) : append !== after) continue
      const value = valueWord(transactions, transactions.value[append]!)
      const [name, list] = [keyWord(transactions, key), wordsOfRead(versions, read)]
      const { words, witnesses } = placeOf(versions, append)
      return {
        witnesses,
        why: (one, other) =>
          `${one}'s read of ${name} = ${list} did not see ${other}'s append of ${value}${words}`,
      }
    }
  }
  return undefined
}

const behind = (versions: Versions, { from, to }: Step): Reason | undefined => {
  const { transactions, item, begin } = versions
  for (const append of ofKind(versions, to, APPEND)) {
    const key = transactions.key[append]!
    if (item[append] === NONE && !isUnread(versions, append)) continue
    const before = appendBefore(versions, append)
    if (before === NONE || transactions.owner[before] !== from) continue
    const { words, witnesses } = placeOf(versions, append)
    const [first, second] = [before, append].map((at) =>
      valueWord(transactions, transactions.value[at]!),
    )
    const shown =
      item[append] === NONE
        ? ''
        : `, as ${listWord(transactions, transactions.names.lists.items.subarray(begin[key]!, item[append]! + 1))} shows`
    return {
      witnesses: item[append] === NONE ? longestReader(versions, key) : witnesses,
      why: (one, other) =>
        `${other} appended ${second} to ${keyWord(transactions, key)} behind ${one}'s append of ${first}` +
        (item[append] === NONE ? words : shown),
    }
  }
  return undefined
}

/** The append whose element stands before that of another one, of what may have happened. */
const appendBefore = (versions: Versions, append: number): number => {
  const { transactions, item, begin, end, following } = versions
  const key = transactions.key[append]!
  const from = item[append] === NONE ? end[key]! : item[append]!
  for (let at = from - 1; at >= begin[key]!; at--)
    if (following[at] !== NONE && item[following[at]!] === at) return following[at]!
  return NONE
}

/** Where the order has an append, and who showed it. */
const placeOf = (
  versions: Versions,
  append: number,
): { readonly words: string; readonly witnesses: readonly number[] } =>
  versions.item[append] === NONE
    ? { words: ', which no read saw', witnesses: [] }
    : { words: '', witnesses: longestReader(versions, versions.transactions.key[append]!) }

const longestReader = ({ transactions, longest }: Versions, key: number): readonly number[] =>
  longest[key] === NONE ? [] : [transactions.owner[longest[key]!]!]

const wordsOfRead = (versions: Versions, read: number): string =>
  versions.transactions.length[read] === SCALAR ? '[]' : readWord(versions.transactions, read)
