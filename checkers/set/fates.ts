/**
 * What became of every element of a set: when its add was acknowledged, which reads held it, which
 * lacked it although they must not. All in columns by element number. Time is near-linear in the
 * adds and in the total length of the reads.
 */
import { strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel, type Primitive } from '../model.ts'
import { Versions } from '../registers/versions.ts'

/** A read that completed ok. */
export interface Read {
  /** Position of its invocation and of its completion. */
  readonly start: number
  readonly end: number
  /** Numbers of its elements, as often as it holds them. */
  readonly elements: Int32Array
}

/** Position of something that never was. */
export const NEVER = -1

export interface Fates {
  readonly elements: readonly Primitive[]
  /** For each element, the position of the first invocation of an add that did not fail, or NEVER. */
  readonly added: Int32Array
  /** Of the add acknowledged first: its invocation and its acknowledgement, or NEVER. */
  readonly ackedAdd: Int32Array
  readonly acked: Int32Array
  /** Of any add, failed or not: its invocation; NEVER for an element that only reads know. */
  readonly attempted: Int32Array
  /** Completion of the first and of the last read that held it, or NEVER. */
  readonly firstSeen: Int32Array
  readonly lastSeen: Int32Array
  /** Start of the read invoked last that held it, or NEVER. */
  readonly lastPresent: Int32Array
  /** From when it was certainly there: its acknowledgement, or the first read that held it; or NEVER. */
  readonly known: Int32Array
  /** Of the reads that began after that and lacked it: number of the one invoked last, or NEVER. */
  readonly absent: Int32Array
  /** Of the reads that must have held it and did not: number of the one invoked last, or NEVER. */
  readonly missing: Int32Array
  /** A read that held it before any add that could have put it there was invoked, or NEVER. */
  readonly unexpected: Int32Array
  /** A read that held it more than once, or NEVER. */
  readonly doubled: Int32Array
  /** In the order of their completions. */
  readonly reads: readonly Read[]
}

/**
 * @param seenIsKnown whether a read must hold not only what was acknowledged before it began but also
 *   what another read had held by then
 * @throws NotInModel
 */
export const fatesOf = (history: History, seenIsKnown: boolean, meter: Meter): Fates => {
  const ids = new Versions(1, null, history.length, history.columns.value.span)
  const reads: Read[] = []
  const adds: number[] = []
  collect(history, ids, adds, reads, meter)
  const column = (): Int32Array => new Int32Array(ids.size).fill(NEVER)
  meter.bytes += ids.bytes + ids.size * 60
  const fates: Fates = {
    elements: Array.from({ length: ids.size }, (_, id) => ids.value(id)),
    ...{ added: column(), ackedAdd: column(), acked: column(), attempted: column() },
    ...{ firstSeen: column(), lastSeen: column(), lastPresent: column() },
    ...{ known: column(), absent: column(), missing: column() },
    ...{ unexpected: column(), doubled: column() },
    reads,
  }
  for (const position of adds) noteAdd(history, fates, ids, position)
  reads.forEach((read, at) => {
    noteRead(fates, read, at)
    meter.poll()
  })
  findAbsent(fates, meter)
  findMissing(fates, seenIsKnown)
  return fates
}

const collect = (
  history: History,
  ids: Versions,
  adds: number[],
  reads: Read[],
  meter: Meter,
): void => {
  const { type, process, f, partner, value, index } = history.columns
  for (let position = 0; position < history.length; position++) {
    meter.step()
    if (process[position] === NEMESIS) continue
    const name = history.fs[f[position]!]!
    if (name === 'add') {
      if (type[position] !== INVOKE) continue
      ids.of(0, value.at(position))
      adds.push(position)
    } else if (name !== 'read') throw strange(history, position, 'add or read')
    else if (type[position] === OK) {
      const elements: unknown = value.at(position)
      const start = partner[position]!
      if (!Array.isArray(elements))
        throw new NotInModel(`the read ${index[start]} completed without a list of elements`)
      const numbers = new Int32Array(elements.length)
      for (let i = 0; i < elements.length; i++) {
        meter.step()
        numbers[i] = ids.of(0, elements[i])
      }
      meter.bytes += numbers.byteLength
      reads.push({ start, end: position, elements: numbers })
    }
  }
}

const noteAdd = (history: History, fates: Fates, ids: Versions, position: number): void => {
  const { partner, type, value } = history.columns
  const element = ids.of(0, value.at(position))
  const completion = partner[position]!
  if (fates.attempted[element] === NEVER) fates.attempted[element] = position
  if (completion !== NONE && type[completion] === FAIL) return
  if (fates.added[element] === NEVER) fates.added[element] = position
  if (completion === NONE || type[completion] !== OK) return
  if (fates.acked[element] !== NEVER && fates.acked[element]! < completion) return
  fates.acked[element] = completion
  fates.ackedAdd[element] = position
}

const noteRead = (fates: Fates, read: Read, at: number): void => {
  for (const element of read.elements) {
    // Completions are all different, so one that is noted already is that of this read.
    if (fates.lastSeen[element] === read.end) fates.doubled[element] = at
    if (fates.firstSeen[element] === NEVER) fates.firstSeen[element] = read.end
    fates.lastSeen[element] = read.end
    fates.lastPresent[element] = Math.max(fates.lastPresent[element]!, read.start)
    const added = fates.added[element]!
    if (added === NEVER || added > read.end) fates.unexpected[element] = at
  }
}

/**
 * From the read invoked last to the first: each element that is still without an absence is either held by
 * the read, or absent from it and done with; and as the reads begin earlier, those known later
 * drop out for good. So the work is linear in the elements and the length of the reads.
 */
const findAbsent = (fates: Fates, meter: Meter): void => {
  const { acked, firstSeen, known, absent, reads } = fates
  for (let element = 0; element < known.length; element++) {
    const [ack, seen] = [acked[element]!, firstSeen[element]!]
    known[element] = ack === NEVER ? seen : seen === NEVER ? ack : Math.min(ack, seen)
  }
  const left = Int32Array.from(known.keys())
    .filter((element) => known[element] !== NEVER)
    .sort((a, b) => known[a]! - known[b]!)
  let size = left.length
  const heldBy = new Int32Array(known.length).fill(NEVER)
  const latestFirst = Int32Array.from(reads.keys()).sort(
    (a, b) => reads[b]!.start - reads[a]!.start,
  )
  for (const at of latestFirst) {
    const { start, elements } = reads[at]!
    while (size > 0 && known[left[size - 1]!]! >= start) size--
    for (const element of elements) heldBy[element] = at
    meter.poll()
    let kept = 0
    for (let i = 0; i < size; i++) {
      const element = left[i]!
      if (heldBy[element] === at) left[kept++] = element
      else absent[element] = at
    }
    size = kept
  }
}

/** A read that lacks an element must have held it when it began after the acknowledgement, or saw it known. */
const findMissing = ({ acked, absent, missing, reads }: Fates, seenIsKnown: boolean): void => {
  for (let element = 0; element < missing.length; element++) {
    const at = absent[element]!
    if (at === NEVER) continue
    const isAcked = acked[element] !== NEVER && acked[element]! < reads[at]!.start
    if (seenIsKnown || isAcked) missing[element] = at
  }
}
