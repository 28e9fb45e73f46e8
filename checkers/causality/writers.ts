/**
 * The writes of every key, grouped by session: "the latest write of a key by session t among the first
 * operations of t" is the question that every level asks of every read.
 */
import { NONE } from '../history.ts'
import type { Sessions } from './sessions.ts'

export class Writers {
  /** The groups of key k are those from `firstGroup[k]` to below `firstGroup[k + 1]`. */
  readonly firstGroup: Int32Array
  /** The session of each group. */
  readonly session: Int32Array
  /** Group g holds `ops[start[g]]` to below `ops[start[g + 1]]`, ascending. */
  readonly start: Int32Array
  readonly ops: Int32Array
  /** Where the last question about each group was answered: the next answer is mostly near. */
  private readonly hint: Int32Array

  /** O(n + keys) @param member whether the operation is in the groups of its key */
  constructor(sessions: Sessions, keys: number, member: (op: number) => boolean) {
    const { size, key, session } = sessions
    const place = new Int32Array(keys + 1)
    let total = 0
    for (let op = 0; op < size; op++)
      if (member(op)) {
        place[key[op]! + 1]!++
        total++
      }
    for (let k = 0; k < keys; k++) place[k + 1]! += place[k]!
    this.ops = new Int32Array(total)
    for (let op = 0; op < size; op++) if (member(op)) this.ops[place[key[op]!]!++] = op
    let groups = 0
    const begins = (i: number): boolean => {
      const op = this.ops[i]!
      const before = this.ops[i - 1]
      return before === undefined || key[before] !== key[op] || session[before] !== session[op]
    }
    for (let i = 0; i < total; i++) if (begins(i)) groups++
    this.firstGroup = new Int32Array(keys + 1)
    this.session = new Int32Array(groups)
    this.start = new Int32Array(groups + 1)
    groups = 0
    for (let i = 0; i < total; i++)
      if (begins(i)) {
        const op = this.ops[i]!
        this.firstGroup[key[op]! + 1]!++
        this.session[groups] = session[op]!
        this.start[groups++] = i
      }
    this.start[groups] = total
    for (let k = 0; k < keys; k++) this.firstGroup[k + 1]! += this.firstGroup[k]!
    this.hint = this.start.slice(0, groups)
  }

  /** The last operation of a group below a bound, or NONE. O(log n), mostly O(1) */
  latest(group: number, below: number): number {
    const { ops } = this
    const from = this.start[group]!
    const end = this.start[group + 1]!
    if (ops[from]! >= below) return NONE
    let at = this.hint[group]!
    if (ops[at]! >= below) at = this.search(from, at, below)
    else if (at + 1 < end && ops[at + 1]! < below) {
      at++
      if (at + 1 < end && ops[at + 1]! < below) at = this.search(at + 1, end, below)
    }
    this.hint[group] = at
    return ops[at]!
  }

  get bytes(): number {
    const { ops, start, session, firstGroup } = this
    return (ops.length + start.length * 2 + session.length + firstGroup.length) * 4
  }

  /** The last place from `low`, which is below the bound, to before `high`, which is not. */
  private search(low: number, high: number, below: number): number {
    let from = low
    let to = high
    while (to - from > 1) {
      const middle = (from + to) >>> 1
      if (this.ops[middle]! < below) from = middle
      else to = middle
    }
    return from
  }
}
