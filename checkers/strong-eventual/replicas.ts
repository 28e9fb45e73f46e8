/** Reads updates and snapshots of replicas from a history, ids numbered. */
import type { Crdt, Update } from '../crdts/crdt.ts'
import { canonical } from '../crdts/crdt.ts'
import type { Read } from '../eventual/quiescence.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel, type Primitive, primitive } from '../model.ts'

/** An ok read of a replica. */
export interface Snapshot extends Read {
  readonly state: unknown
  /** Numbers of the updates named, in order and none twice; undefined for a version vector. */
  readonly ids: Int32Array | undefined
  /** Equal exactly where the updates are. */
  readonly version: string
}

export class Replicas {
  readonly snapshots: Snapshot[] = []
  updates = 0
  private readonly numbers = new Map<string, number>()
  private readonly names: Primitive[] = []
  /** By id: invocation of its update, when it did not fail. */
  private readonly starts: number[] = []

  constructor(
    readonly history: History,
    private readonly meter: Meter,
    private readonly crdt: Crdt | undefined,
  ) {
    const { type, process, f, partner } = history.columns
    for (let position = 0; position < history.length; position++) {
      meter.step()
      if (process[position] === NEMESIS) continue
      const isRead = history.fs[f[position]!] === 'read'
      if (isRead && type[position] === OK) this.read(partner[position]!, position)
      if (!isRead && type[position] === INVOKE) this.update(position)
    }
    this.snapshots.sort((a, b) => a.end - b.end)
  }

  /** The id of an update. */
  name(id: number): Primitive {
    return this.names[id]!
  }

  /** Invocation of the update with an id, or NONE. */
  startOf(id: number): number {
    return this.starts[id]!
  }

  /** The first id of a read that no update had by then. */
  phantomOf({ ids, end }: Snapshot): number | undefined {
    return ids?.find((id) => this.starts[id] === NONE || this.starts[id]! > end)
  }

  /** Ids of the acknowledged updates of each key. */
  acknowledged(): ReadonlyMap<number, readonly number[]> {
    const { type, partner } = this.history.columns
    const byKey = new Map<number, number[]>()
    this.starts.forEach((start, id) => {
      this.meter.step()
      const completion = start === NONE ? NONE : partner[start]!
      if (completion === NONE || type[completion] !== OK) return
      const key = this.keyOf(start)
      const some = byKey.get(key)
      if (some === undefined) byKey.set(key, [id])
      else some.push(id)
    })
    return byKey
  }

  /** The updates that a read names, when all are known with all their fields. */
  knownUpdates(read: Snapshot): readonly Update[] | undefined {
    if (read.ids === undefined || this.phantomOf(read) !== undefined) return undefined
    const updates: Update[] = []
    for (const id of read.ids) {
      this.meter.step()
      const update = this.fieldsOf(id)
      if (update === undefined) return undefined
      updates.push(update)
    }
    return updates
  }

  private fieldsOf(id: number): Update | undefined {
    const start = this.starts[id]!
    const { value, partner, type, f } = this.history.columns
    const completion = partner[start]!
    const given =
      completion !== NONE && type[completion] === OK ? objectOf(value.at(completion)) : {}
    const fields = { ...objectOf(value.at(start)), ...given }
    const name = this.history.fs[f[start]!]!
    const needed = this.crdt?.updates[name] ?? []
    return needed.every((field) => Object.hasOwn(fields, field))
      ? { id: this.names[id]!, f: name, fields }
      : undefined
  }

  private number(id: unknown): number {
    const text = canonical(id)
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    const number = this.names.length
    this.numbers.set(text, number)
    this.names.push(primitive(id))
    this.starts.push(NONE)
    this.meter.bytes += 150
    return number
  }

  private keyOf(position: number): number {
    const key = this.history.columns.key[position]!
    return key === NONE ? this.history.keys.length : key
  }

  private update(position: number): void {
    const { type, partner, value, index, f } = this.history.columns
    const completion = partner[position]!
    if (completion !== NONE && type[completion] === FAIL) return
    const name = this.history.fs[f[position]!]!
    if (this.crdt !== undefined && !Object.hasOwn(this.crdt.updates, name))
      throw new NotInModel(
        `operation ${index[position]}: f ${JSON.stringify(name)}: expected read, ` +
          Object.keys(this.crdt.updates).join(', '),
      )
    const given = value.at(position)
    const id = typeof given === 'object' && given !== null ? (given as { id?: unknown }).id : given
    if (id === undefined || id === null)
      throw new NotInModel(`operation ${index[position]}: ${name} without an id`)
    const number = this.number(id)
    if (this.starts[number] !== NONE)
      throw new NotInModel(
        `operation ${index[position]}: the id ${canonical(id)} is that of operation ` +
          `${index[this.starts[number]!]} as well`,
      )
    this.starts[number] = position
    this.updates++
  }

  private read(start: number, end: number): void {
    const value = objectOf(this.history.columns.value.at(end))
    const { updates, state } = value
    if (!Object.hasOwn(value, 'state') || typeof updates !== 'object' || updates === null)
      throw new NotInModel(
        `the read ${this.history.columns.index[start]} completed without {"updates", "state"}`,
      )
    const ids = Array.isArray(updates) ? this.numbered(updates) : undefined
    const version = ids === undefined ? canonical(updates) : ids.join()
    this.meter.bytes += version.length + (ids?.byteLength ?? 0)
    this.snapshots.push({ start, end, key: this.keyOf(start), state, ids, version })
  }

  private numbered(updates: readonly unknown[]): Int32Array {
    const ids = new Set<number>()
    for (const update of updates) {
      this.meter.step()
      ids.add(this.number(update))
    }
    return Int32Array.from(ids).sort()
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
