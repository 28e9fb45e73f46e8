/** Reads the blocks that encode.ts writes into growing columns. Runs in the page's worker. */
import { ByteReader } from './bytes.ts'
import { type Cell, NOTHING, NULL, numberCell, textCell } from './cells.ts'
import { BLOCK_COLUMNS, type BlockColumn, TAG } from './layout.ts'
import { NONE, type OperationColumns, type OperationData, type TextData } from './operations.ts'

type Readers = Readonly<Record<BlockColumn, ByteReader>>

export class OperationsDecoder {
  #columns = columnsOf(1024)
  #length = 0
  readonly #fs: string[] = []
  readonly #nodes: string[] = []
  #starts = new Float64Array(1024)
  #texts = 0
  readonly #pieces: Uint8Array<ArrayBuffer>[] = []
  #bytes = 0

  get length(): number {
    return this.#length
  }

  /** Takes the next block. @throws RangeError when it is damaged; then what came before stays as it was */
  add(block: Uint8Array): void {
    const reader = new ByteReader(block)
    const count = reader.count()
    const fs = names(reader)
    const nodes = names(reader)
    const texts = reader.count()
    const readers = Object.fromEntries(
      BLOCK_COLUMNS.map((name) => [name, new ByteReader(reader.block())]),
    ) as Readers
    const bytes = reader.block()
    // Every operation takes a byte or more in each column: a wrong count cannot ask for much memory.
    if (count > block.length || texts > block.length)
      throw new RangeError('the counts are too large')
    this.#grow(this.#length + count)
    for (let at = 0; at < count; at++) this.#read(this.#length + at, readers)
    this.#addTexts(texts, readers.lengths, bytes)
    this.#fs.push(...fs)
    this.#nodes.push(...nodes)
    this.#length += count
  }

  /** All operations so far; the decoder keeps what it has. */
  get data(): OperationData {
    const { columns, text } = { columns: this.#columns, text: this.text }
    const cut = Object.entries(columns).map(([name, column]) => [
      name,
      column.slice(0, this.#length),
    ])
    return {
      length: this.#length,
      columns: Object.fromEntries(cut) as OperationColumns,
      fs: [...this.#fs],
      nodes: [...this.#nodes],
      text,
    }
  }

  get text(): TextData {
    const bytes = new Uint8Array(this.#bytes)
    let at = 0
    for (const piece of this.#pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
    const starts = this.#starts.slice(0, this.#texts + 1)
    starts[this.#texts] = this.#bytes
    return { bytes, starts }
  }

  #read(place: number, readers: Readers): void {
    const columns = this.#columns
    const index = readers.index.delta()
    const from = readers.from.delta()
    const completion = readers.completion.count()
    const took = readers.took.count()
    columns.index[place] = index
    columns.completion[place] = completion === 0 ? NONE : index + completion
    columns.from[place] = from
    columns.to[place] = took === 0 ? Number.POSITIVE_INFINITY : from + took - 1
    columns.outcome[place] = readers.outcome.count()
    columns.process[place] = readers.process.delta()
    columns.f[place] = readers.f.count()
    columns.node[place] = readers.node.count() - 1
    columns.error[place] = readers.error.count() - 1
    columns.key[place] = cell(readers.keyTag, readers.keyNumber, readers.keyText, NOTHING)
    const asked = cell(readers.askedTag, readers.askedNumber, readers.askedText, NOTHING)
    columns.asked[place] = asked
    const { answeredTag, answeredNumber, answeredText } = readers
    columns.answered[place] = cell(answeredTag, answeredNumber, answeredText, asked)
  }

  #addTexts(count: number, lengths: ByteReader, bytes: Uint8Array): void {
    if (this.#texts + count + 1 > this.#starts.length)
      this.#starts = larger(this.#starts, this.#texts + count + 1)
    let at = 0
    for (let text = 0; text < count; text++) {
      this.#starts[this.#texts + text] = this.#bytes + at
      at += lengths.count()
    }
    if (at !== bytes.length) throw new RangeError('the texts are not as long as they should be')
    this.#texts += count
    this.#bytes += at
    this.#pieces.push(bytes.slice())
  }

  #grow(wanted: number): void {
    if (wanted <= this.#columns.index.length) return
    const grown = columnsOf(Math.max(wanted, this.#columns.index.length * 2))
    for (const [name, column] of Object.entries(this.#columns))
      grown[name as keyof OperationColumns].set(column)
    this.#columns = grown
  }
}

const cell = (tag: ByteReader, number: ByteReader, text: ByteReader, same: Cell): Cell => {
  switch (tag.count()) {
    case TAG.nothing:
      return NOTHING
    case TAG.null:
      return NULL
    case TAG.number:
      return numberCell(number.delta())
    case TAG.text:
      return textCell(text.delta())
    default:
      return same
  }
}

const decoder = new TextDecoder()

const names = (reader: ByteReader): string[] => {
  const read: string[] = []
  for (let left = reader.count(); left > 0; left--) read.push(decoder.decode(reader.block()))
  return read
}

const larger = (from: Float64Array, wanted: number): Float64Array<ArrayBuffer> => {
  const to = new Float64Array(Math.max(wanted, from.length * 2))
  to.set(from)
  return to
}

const columnsOf = (length: number): OperationColumns => ({
  index: new Float64Array(length),
  completion: new Float64Array(length),
  from: new Float64Array(length),
  to: new Float64Array(length),
  outcome: new Uint8Array(length),
  process: new Int32Array(length),
  f: new Uint16Array(length),
  node: new Int32Array(length),
  key: new Float64Array(length),
  asked: new Float64Array(length),
  answered: new Float64Array(length),
  error: new Int32Array(length),
})
