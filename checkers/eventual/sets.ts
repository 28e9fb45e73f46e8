/**
 * Elements of sets as cells: `add` puts one in, `remove` takes it out, `read` completes with all of a
 * key's. An element may be absent in the end when no add of it was acknowledged, or when a remove may
 * come after every acknowledged add; it may be present when an add may come after every acknowledged
 * remove. A remove is taken to concern every add that it certainly followed; where a remove takes out only what
 * its replica had observed, judge with `strong-eventual` against `or-set`.
 */
import { elementsOf, strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel, show } from '../model.ts'
import { Versions } from '../registers/versions.ts'
import { type Cells, type Contradiction, type Order, type Phantom, UNSETTLED } from './cells.ts'
import type { Read, Site } from './quiescence.ts'

const ABSENT = 0
const PRESENT = 1

/** The end of an update of unknown outcome: after everything. */
const OPEN = 2 ** 31 - 1

/** What is known of one kind of update, add or remove, by cell. */
class Updates {
  /** Start of the acknowledged one that was invoked last. */
  readonly ackedStart: Int32Array
  /** The greatest end of all that did not fail. */
  readonly end: Int32Array
  /** Start of the first that did not fail, and of the first of all. */
  readonly first: Int32Array
  readonly attempted: Int32Array
  /** How many have an unknown outcome. */
  readonly open: Int32Array

  constructor(size: number) {
    const column = (fill: number): Int32Array => new Int32Array(size).fill(fill)
    this.ackedStart = column(NONE)
    this.end = column(NONE)
    this.first = column(NONE)
    this.attempted = column(NONE)
    this.open = column(0)
  }

  note(cell: number, start: number, end: number, outcome: number): void {
    if (this.attempted[cell] === NONE) this.attempted[cell] = start
    if (outcome === FAIL) return
    if (this.first[cell] === NONE) this.first[cell] = start
    if (outcome === OK) this.ackedStart[cell] = start
    else this.open[cell]!++
    this.end[cell] = Math.max(this.end[cell]!, end)
  }
}

export class SetCells implements Cells {
  readonly reads: Read[] = []
  readonly keys: number
  readonly phantoms: Phantom[] = []
  readonly duplicates: { cell: number; read: number }[] = []
  attempted = 0
  acknowledged = 0
  private readonly adds: Updates
  private readonly removes: Updates
  private readonly elements: Versions
  /** Elements of each read as cells. */
  private readonly held: Int32Array[] = []
  /** By cell: whether a read had held it before the history was at rest. */
  private readonly early: Uint8Array
  private readonly byKey: Uint8Array
  private readonly cellsByKey: readonly number[][]
  /** By site visited: how many of its last reads hold each cell. */
  private counts: Int32Array[] = []
  private sites: readonly Site[] = []
  /** How many cells of the key visited are held by all. */
  private agreed = 0

  constructor(
    readonly history: History,
    restsFrom: number,
    private readonly order: Order,
    private readonly meter: Meter,
  ) {
    this.keys = history.keys.length + 1
    this.byKey = new Uint8Array(this.keys)
    this.elements = new Versions(this.keys, null, history.length, history.columns.value.span)
    const updates = this.collect()
    const { size } = this.elements
    this.adds = new Updates(size)
    this.removes = new Updates(size)
    this.early = new Uint8Array(size)
    meter.bytes += this.elements.bytes + size * 60
    for (let i = 0; i < updates.length; i += 2) this.noteUpdate(updates[i]!, updates[i + 1]!)
    this.noteReads(restsFrom)
    this.cellsByKey = this.group()
  }

  updated(key: number): boolean {
    return this.byKey[key] === 1
  }

  cellsOf(key: number): readonly number[] {
    return this.cellsByKey[key]!
  }

  visit(key: number, sites: readonly Site[]): void {
    this.sites = sites
    while (this.counts.length < sites.length) {
      this.counts.push(new Int32Array(this.elements.size))
      this.meter.bytes += this.elements.size * 4
      this.meter.poll()
    }
    const cells = this.cellsOf(key)
    sites.forEach(({ last }, at) => {
      const count = this.counts[at]!
      for (const cell of cells) count[cell] = 0
      for (const read of last)
        for (const cell of this.held[read]!) {
          this.meter.step()
          count[cell]!++
        }
    })
    this.agreed = 0
    for (const cell of cells) if (this.state(cell, 0) === PRESENT) this.agreed++
  }

  state(cell: number, site: number): number {
    const holding = this.counts[site]![cell]!
    return holding === 0 ? ABSENT : holding === this.sites[site]!.last.length ? PRESENT : UNSETTLED
  }

  possible(cell: number, state: number): boolean {
    const [wanted, against] = this.sides(state)
    if (against.ackedStart[cell] === NONE) return state === ABSENT || wanted.end[cell] !== NONE
    return this.order === 'any'
      ? wanted.end[cell] !== NONE
      : wanted.end[cell]! >= against.ackedStart[cell]!
  }

  late(cell: number, state: number): boolean {
    const [wanted] = this.sides(state)
    if (wanted.open[cell] === 0) return false
    return state === ABSENT || this.early[cell] === 0 || this.removes.first[cell] !== NONE
  }

  differs(_: number, read: number): boolean {
    const held = this.held[read]!
    if (held.length !== this.agreed) return true
    return held.some((cell) => this.state(cell, 0) !== PRESENT)
  }

  name(cell: number): string {
    const key = this.history.keys[this.elements.key(cell)]
    return `element ${show(this.elements.value(cell))}${key === undefined ? '' : ` of ${key}`}`
  }

  label(cell: number): string | number {
    return elementsOf([this.elements.value(cell)])[0]!
  }

  tells(cell: number, state: number): string {
    return `${state === PRESENT ? 'holds' : 'lacks'} ${this.name(cell)}`
  }

  contradiction(cell: number, state: number): Contradiction | undefined {
    const [wanted, against] = this.sides(state)
    if (state === PRESENT && wanted.end[cell] === NONE) return undefined
    const { columns } = this.history
    const start = against.ackedStart[cell]!
    const acked = columns.partner[start]!
    const [undo, redo] = state === PRESENT ? ['remove', 'add'] : ['add', 'remove']
    const follows = wanted.end[cell] === NONE ? '' : `, after every ${redo} of it was over`
    const why =
      `process ${columns.process[start]}'s ${undo}, begun at ${this.history.moment(start)}` +
      `${follows}, was acknowledged at ${this.history.moment(acked)}`
    return state === PRESENT
      ? { type: 'resurrected', updates: [this.adds.first[cell]!, start], why }
      : { type: 'lost', updates: [start], why }
  }

  /** The updates that lead to a state, and those that lead away from it. */
  private sides(state: number): readonly [wanted: Updates, against: Updates] {
    return state === PRESENT ? [this.adds, this.removes] : [this.removes, this.adds]
  }

  /** Numbers all elements and reads; returns cell and start of each update, in pairs. */
  private collect(): number[] {
    const { history, meter } = this
    const { type, process, f, key, partner, value } = history.columns
    const updates: number[] = []
    for (let position = 0; position < history.length; position++) {
      meter.step()
      if (process[position] === NEMESIS) continue
      const name = history.fs[f[position]!]!
      const keyed = key[position] === NONE ? this.keys - 1 : key[position]!
      if (name === 'add' || name === 'remove') {
        if (type[position] !== INVOKE) continue
        updates.push(this.elements.of(keyed, value.at(position)), position)
      } else if (name !== 'read') throw strange(history, position, 'add, remove or read')
      else if (type[position] === OK) this.collectRead(partner[position]!, position)
    }
    return updates
  }

  private collectRead(start: number, end: number): void {
    const { key, value, index } = this.history.columns
    const elements: unknown = value.at(end)
    if (!Array.isArray(elements))
      throw new NotInModel(`the read ${index[start]} completed without a list of elements`)
    const keyed = key[start] === NONE ? this.keys - 1 : key[start]!
    const cells = new Int32Array(elements.length)
    for (let i = 0; i < elements.length; i++) {
      this.meter.step()
      cells[i] = this.elements.of(keyed, elements[i])
    }
    this.meter.bytes += cells.byteLength
    this.reads.push({ start, end, key: keyed })
    this.held.push(cells)
  }

  private noteUpdate(cell: number, start: number): void {
    this.meter.step()
    const { type, partner, f } = this.history.columns
    const completion = partner[start]!
    const outcome = completion === NONE ? NONE : type[completion]!
    const side = this.history.fs[f[start]!] === 'add' ? this.adds : this.removes
    this.attempted++
    if (outcome === OK) this.acknowledged++
    if (outcome !== FAIL) this.byKey[this.elements.key(cell)] = 1
    side.note(cell, start, outcome === OK ? completion : OPEN, outcome)
  }

  /** Finds phantoms and duplicates, and leaves each element once in each read. */
  private noteReads(restsFrom: number): void {
    const seenBy = new Int32Array(this.elements.size).fill(NONE)
    this.held.forEach((cells, read) => {
      const { end } = this.reads[read]!
      let kept = 0
      for (const cell of cells) {
        this.meter.step()
        if (seenBy[cell] === read) {
          this.duplicates.push({ cell, read })
          continue
        }
        seenBy[cell] = read
        cells[kept++] = cell
        if (end <= restsFrom) this.early[cell] = 1
        const first = this.adds.first[cell]!
        if (first === NONE || first > end) this.phantoms.push(this.phantom(cell, read))
      }
      this.held[read] = cells.subarray(0, kept)
    })
  }

  private phantom(cell: number, read: number): Phantom {
    const why =
      this.adds.attempted[cell] === NONE
        ? 'nobody ever added it'
        : this.adds.first[cell] === NONE
          ? 'every add of it failed'
          : 'its add began only later'
    return { cell, state: PRESENT, read, why }
  }

  /** The cells of each key. The nil of each key is one of them, met or not: absent everywhere is fine. */
  private group(): readonly number[][] {
    const cells = Array.from({ length: this.keys }, (): number[] => [])
    for (let cell = 0; cell < this.elements.size; cell++) cells[this.elements.key(cell)]!.push(cell)
    return cells
  }
}
