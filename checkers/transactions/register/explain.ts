/** Why one transaction over registers comes before another one, in words, with the transactions that show it. */
import { NONE } from '../../history.ts'
import { READ } from '../columns.ts'
import type { Reason } from '../cycles.ts'
import { precedes } from '../orders.ts'
import type { Step } from '../paths.ts'
import { RW, WR } from '../relations.ts'
import { keyWord, operation, valueWord } from '../words.ts'
import type { Order } from './order.ts'
import { codeOfVersion, eachInteraction, keyOfVersion, writerOf } from './versions.ts'

/** The reason of a dependency. @throws Error when there is none: a mistake of the checker */
export const reasonOf = (order: Order, step: Step): Reason => {
  const reason = step.relation === WR ? seen(order, step) : earlier(order, step)
  if (reason !== undefined) return reason
  throw new Error(`no reason for relation ${step.relation} from ${step.from} to ${step.to}`)
}

/** The shown reads or writes of a transaction. */
function* shownBy({ versions }: Order, one: number, reads: boolean): Iterable<number> {
  const { first, end, kind } = versions.transactions
  for (let at = first[one]!; at < end[one]!; at++)
    if (versions.version[at] !== NONE && (kind[at] === READ) === reads) yield at
}

const seen = (order: Order, { from, to }: Step): Reason | undefined => {
  const { versions } = order
  for (const read of shownBy(order, to, true))
    if (writerOf(versions, versions.version[read]!) === from) {
      const words = assignment(order, versions.version[read]!)
      return { witnesses: [], why: (one, other) => `${other} read ${words}, which ${one} wrote` }
    }
  return undefined
}

const earlier = (order: Order, { from, to, relation }: Step): Reason | undefined => {
  const { versions } = order
  const { key } = versions.transactions
  for (const first of shownBy(order, from, relation === RW))
    for (const second of shownBy(order, to, false)) {
      if (key[first] !== key[second]) continue
      const [before, after] = [versions.version[first]!, versions.version[second]!]
      const source = before === after ? undefined : sourceOf(order, before, after)
      if (source === undefined) continue
      const did = relation === RW ? 'read' : 'wrote'
      const [old, later] = [assignment(order, before), valueName(order, after)]
      return {
        witnesses: source.witnesses,
        why: (one, other) =>
          `${one} ${did} ${old}, and ${other} wrote ${later}, which came later: ${source.words}`,
      }
    }
  return undefined
}

interface Source {
  readonly words: string
  readonly witnesses: readonly number[]
}

/** Why a version comes before another one of the same register. */
const sourceOf = (order: Order, before: number, after: number): Source | undefined => {
  const { versions, shown, pairs, zones, timed } = order
  const { transactions, version } = versions
  const key = keyOfVersion(versions, before)
  if (before >= transactions.owner.length)
    return { words: 'everything comes after the initial state', witnesses: [] }
  const [old, later] = [valueName(order, before), valueName(order, after)]
  for (const read of shownBy(order, transactions.owner[after]!, true))
    if (version[read] === before && shown.update[read] === after && isPair(pairs, before, after)) {
      const name = operation(transactions, transactions.owner[after]!)
      return { words: `${name} read ${old} before it wrote ${later}`, witnesses: [] }
    }
  const ended = timed(key) ? zones!.ended[before]! : NONE
  const began = ended === NONE ? NONE : zones!.began[after]!
  if (began !== NONE && precedes(transactions, ended, began))
    return {
      words:
        `${operation(transactions, ended)} left ${old} and had ended ` +
        `before ${operation(transactions, began)} began, which found ${later}`,
      witnesses: [ended, began],
    }
  return isPair(pairs, before, after) ? sequenceOf(order, before, after) : undefined
}

const isPair = (
  pairs: readonly (readonly [number, number])[],
  before: number,
  after: number,
): boolean => pairs.some(([one, other]) => one === before && other === after)

/** Two transactions of one process, next to each other among those of the register. */
const sequenceOf = (order: Order, before: number, after: number): Source | undefined => {
  const { versions } = order
  const { transactions } = versions
  const key = keyOfVersion(versions, before)
  const last = new Map<number, { readonly one: number; readonly left: number }>()
  let source: Source | undefined
  for (let one = 0; one < transactions.size && source === undefined; one++) {
    const process = transactions.process[one]!
    eachInteraction(versions, one, (found, left) => {
      if (keyOfVersion(versions, found) !== key) return
      const known = last.get(process)
      if (known?.left === before && found === after)
        source = {
          words:
            `process ${process} left ${valueName(order, before)} in ${operation(transactions, known.one)} ` +
            `before it found ${valueName(order, after)} in ${operation(transactions, one)}`,
          witnesses: [known.one, one],
        }
      last.set(process, { one, left })
    })
  }
  return source
}

/** "x = 3". */
const assignment = (order: Order, version: number): string =>
  `${keyWord(order.versions.transactions, keyOfVersion(order.versions, version))} = ${valueName(order, version)}`

const valueName = ({ versions }: Order, version: number): string =>
  valueWord(versions.transactions, codeOfVersion(versions, version))
