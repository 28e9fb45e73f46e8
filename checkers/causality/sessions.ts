/**
 * A history of registers as the definitions of weak consistency have it: sessions, each a sequence of
 * operations in program order, and for every observation the write that it came from. Real time plays
 * no part. Operations are numbered session by session, so that "the first operations of a session" are
 * a range of numbers and program order is the order of numbers within it.
 *
 * What an observation came from is known where one operation alone installed the value (the initial
 * value counts as one more), not counting the observer itself. Where several did, the observation is
 * left out: every level judged here is kept by a history that observes less, so a violation without it
 * is a violation with it, whichever write it came from; and without a violation the verdict is unknown.
 *
 * Indeterminate operations. One whose value was observed by an operation that happened did happen; its
 * process ends with it, so it stands at the end of its session. Any other one is left out, and this is
 * exact. If the history without it is consistent, then so is the history, for it may not have happened.
 * If a history in which it happened is consistent, take it out of the explanation, together with the
 * others of its kind: they end their sessions, and nothing that stays observed them, so no order and no
 * set of visible writes that explains an observation needs them.
 */
import { INFO, INVOKE, NONE } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import { show } from '../model.ts'
import { keyName, type Registers } from '../registers/registers.ts'

/** Sources that are no operation; NONE: nothing observed, or it is not known what. */
export const INITIAL = -2
/** No operation installed the value. */
export const THIN_AIR = -3
/** More than one operation installed the value. */
const AMBIGUOUS = -4

export interface Sessions {
  readonly registers: Registers
  /** How many operations there are. */
  readonly size: number
  /** How many sessions there are. */
  readonly count: number
  /** The operations of session s are those from `first[s]` to below `first[s + 1]`, in program order. */
  readonly first: Int32Array
  readonly session: Int32Array
  readonly key: Int32Array
  /** The operation whose value each one observed, or INITIAL, THIN_AIR or NONE. */
  readonly source: Int32Array
  /** 1 for every operation that installed a value. */
  readonly writes: Uint8Array
  /** The number of each operation in `registers`. */
  readonly row: Int32Array
  /** Why there may be violations that these sessions do not show, or undefined. */
  readonly hidden: string | undefined
}

/** O(n). */
export const sessionsOf = (registers: Registers): Sessions => {
  const sources = sourcesOf(registers)
  const happened = happenedOf(registers, sources)
  const hidden = leaveOut(registers, sources, happened)
  const { process, key, installed } = registers
  const session = new Map<number, number>()
  const sizes: number[] = []
  const kept = (row: number): boolean =>
    happened[row] === 1 && (installed[row] !== NONE || sources[row] !== NONE)
  let size = 0
  for (let row = 0; row < registers.size; row++) {
    if (!kept(row)) continue
    size++
    const known = session.get(process[row]!)
    if (known !== undefined) sizes[known]!++
    else {
      session.set(process[row]!, sizes.length)
      sizes.push(1)
    }
  }
  const first = new Int32Array(sizes.length + 1)
  sizes.forEach((length, s) => {
    first[s + 1] = first[s]! + length
  })
  const place = first.slice()
  const number = new Int32Array(registers.size).fill(NONE)
  const rows = new Int32Array(size)
  for (let row = 0; row < registers.size; row++) {
    if (!kept(row)) continue
    const s = session.get(process[row]!)!
    const op = place[s]!
    place[s] = op + 1
    number[row] = op
    rows[op] = row
  }
  return {
    ...{ registers, size, count: sizes.length, first, row: rows, hidden },
    session: sessionColumn(first, size),
    key: rows.map((row) => key[row]!),
    source: rows.map((row) => (sources[row]! < 0 ? sources[row]! : number[sources[row]!]!)),
    writes: Uint8Array.from(rows, (row) => (installed[row] === NONE ? 0 : 1)),
  }
}

/**
 * The sessions with some of their operations alone, less the indeterminate ones that did not have to
 * happen then. An observation whose source is not among them is left out. `some` is ascending. O(n)
 */
export const restrict = (sessions: Sessions, some: readonly number[]): Sessions => {
  const keep = withoutUnseen(sessions, some)
  const number = new Map<number, number>()
  const first: number[] = []
  let session = NONE
  keep.forEach((op, at) => {
    number.set(op, at)
    if (sessions.session[op] !== session) first.push(at)
    session = sessions.session[op]!
  })
  const column = (from: Int32Array): Int32Array => Int32Array.from(keep, (op) => from[op]!)
  const starts = Int32Array.from([...first, keep.length])
  return {
    ...{ registers: sessions.registers, size: keep.length, count: first.length, first: starts },
    session: sessionColumn(starts, keep.length),
    key: column(sessions.key),
    source: column(sessions.source).map((source) =>
      source < 0 ? source : (number.get(source) ?? NONE),
    ),
    writes: Uint8Array.from(keep, (op) => sessions.writes[op]!),
    row: column(sessions.row),
    hidden: sessions.hidden,
  }
}

/** Whether it is not known that the operation happened, but for who observed it. */
export const indeterminate = ({ registers, row }: Sessions, op: number): boolean =>
  registers.end[row[op]!] === NEVER

const withoutUnseen = (sessions: Sessions, some: readonly number[]): readonly number[] => {
  const among = new Set(some)
  const happened = new Set<number>()
  for (const op of some) {
    if (indeterminate(sessions, op)) continue
    for (let at = op; among.has(at) && !happened.has(at); at = sessions.source[at]!)
      happened.add(at)
  }
  return happened.size === some.length ? some : some.filter((op) => happened.has(op))
}

const sessionColumn = (first: Int32Array, size: number): Int32Array => {
  const session = new Int32Array(size)
  for (let s = 0; s + 1 < first.length; s++) session.fill(s, first[s], first[s + 1])
  return session
}

/** The source of each observation as a row, or AMBIGUOUS. */
const sourcesOf = (registers: Registers): Int32Array => {
  const { observed, installed, versions, size } = registers
  const uncounted = reinstalled(registers)
  /** The first two writers of each version, the initial one before all, and whether there are more. */
  const writer = new Int32Array(versions.size).fill(NONE)
  const second = new Int32Array(versions.size).fill(NONE)
  const more = new Uint8Array(versions.size)
  writer.fill(INITIAL, 0, versions.keys)
  for (let row = 0; row < size; row++) {
    const version = installed[row]!
    if (version === NONE) continue
    if (writer[version] === NONE) writer[version] = row
    else if (second[version] === NONE) second[version] = row
    else more[version] = 1
  }
  for (const version of uncounted) more[version] = 1
  const sources = new Int32Array(size).fill(NONE)
  for (let row = 0; row < size; row++) {
    const version = observed[row]!
    if (version === NONE) continue
    const one = writer[version]!
    const other = second[version]!
    if (more[version] === 1) sources[row] = AMBIGUOUS
    else if (one === NONE || (one === row && other === NONE)) sources[row] = THIN_AIR
    else if (other === NONE || other === row) sources[row] = one
    else sources[row] = one === row ? other : AMBIGUOUS
  }
  return sources
}

/**
 * The versions of indeterminate compare-and-sets from a value to itself. They are not among the operations
 * of registers, which they do not change in any order of all operations; but here they would be writes.
 */
const reinstalled = ({ history, versions }: Registers): number[] => {
  const { columns, fs, keys, length } = history
  const found: number[] = []
  const cas = fs.indexOf('cas')
  if (cas < 0) return found
  for (let position = 0; position < length; position++) {
    if (columns.f[position] !== cas || columns.type[position] !== INVOKE) continue
    const partner = columns.partner[position]!
    if (partner !== NONE && columns.type[partner] !== INFO) continue
    const key = columns.key[position] === NONE ? keys.length : columns.key[position]!
    const [from, to] = columns.value.at(position) as readonly unknown[]
    const version = versions.of(key, from)
    if (version === versions.of(key, to)) found.push(version)
  }
  return found
}

/** Why an observation is left out, for the first one that is; takes them out of `sources`. */
const leaveOut = (
  registers: Registers,
  sources: Int32Array,
  happened: Uint8Array,
): string | undefined => {
  let hidden: string | undefined
  for (let row = 0; row < registers.size; row++) {
    if (sources[row] !== AMBIGUOUS) continue
    sources[row] = NONE
    if (happened[row] === 1) hidden ??= repeated(registers, registers.observed[row]!)
  }
  return hidden ?? untold(registers)
}

const place = (registers: Registers, key: number): string => {
  const name = keyName(registers, key)
  return name === undefined ? '' : ` of key ${name}`
}

const repeated = (registers: Registers, version: number): string => {
  const { versions } = registers
  const value = show(versions.value(version)) + place(registers, versions.key(version))
  return version < versions.keys
    ? `the initial value ${value} was written as well: a read of it may have come from either`
    : `${value} was written more than once: a read of it may have come from any of them`
}

/** A failed compare-and-set that did not tell what it saw may have seen one of many values. */
const untold = (registers: Registers): string | undefined => {
  for (const [row, version] of registers.differs) {
    const index = registers.history.columns.index[registers.start[row]!]!
    return (
      `operation ${index}, a failed compare-and-set from ${show(registers.versions.value(version))}` +
      `${place(registers, registers.key[row]!)}, does not tell what it saw instead`
    )
  }
  return undefined
}

/** Operations with an end, and indeterminate ones whose value was observed by one that happened. */
const happenedOf = ({ size, end }: Registers, sources: Int32Array): Uint8Array => {
  const happened = new Uint8Array(size)
  for (let row = 0; row < size; row++) {
    if (end[row] === NEVER) continue
    happened[row] = 1
    for (let at = sources[row]!; at >= 0 && happened[at] === 0; at = sources[at]!) happened[at] = 1
  }
  return happened
}
