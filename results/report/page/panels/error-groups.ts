/** Errors of operations, grouped by what they say: numbers, addresses and ids in them may differ. Pure. */
import { FAIL, NONE, type Operations } from '../../operations/operations.ts'
import { line } from '../../text.ts'

export interface ErrorGroup {
  readonly f: string
  readonly outcome: 'fail' | 'info'
  /** What all of them say, with `…` for what differs. */
  readonly says: string
  /** What the first one said. */
  readonly example: string
  readonly count: number
  /** Places of the first and the last operation of the group, by their invocations. */
  readonly first: number
  readonly last: number
}

/** The most frequent ones first; `left` is how many more groups there are. O(operations). */
export const errorGroups = (
  operations: Operations,
  most: number,
): { readonly groups: readonly ErrorGroup[]; readonly left: number } => {
  const { columns, length, fs } = operations
  const kinds = new Map<number, { readonly says: string; readonly example: string }>()
  const kindOf = (error: number) => {
    const known = kinds.get(error) ?? kind(operations.textOf(error))
    kinds.set(error, known)
    return known
  }
  const groups = new Map<string, ErrorGroup>()
  for (let place = 0; place < length; place++) {
    const error = columns.error[place]!
    if (error === NONE) continue
    const { says, example } = kindOf(error)
    const outcome = columns.outcome[place] === FAIL ? 'fail' : 'info'
    const id = `${columns.f[place]} ${outcome} ${says}`
    const group = groups.get(id)
    groups.set(
      id,
      group === undefined
        ? {
            ...{ f: line(fs[columns.f[place]!]!, 60), outcome, says, example },
            ...{ count: 1, first: place, last: place },
          }
        : { ...group, count: group.count + 1, last: place },
    )
  }
  const sorted = [...groups.values()].sort((a, b) => b.count - a.count)
  return { groups: sorted.slice(0, most), left: Math.max(0, sorted.length - most) }
}

const kind = (text: string): { readonly says: string; readonly example: string } => {
  const example = line(text, 300)
  return {
    example,
    says: example.replaceAll(/0x[\da-f]+|\b[\da-f]{8,}\b|\d+(?:[.:]\d+)*/gi, '…'),
  }
}
