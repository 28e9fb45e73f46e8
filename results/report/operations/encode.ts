/**
 * Writes a history's client operations as blocks of columns, each complete with those before it: a report
 * that was cut off shows what its whole blocks hold. Made while the history is walked, block by block; besides one block
 * only texts that come again are remembered. decode.ts reads them.
 */
import {
  OK as DONE,
  FAIL as FAILED,
  type History,
  INVOKE,
  NEMESIS,
  NONE,
} from '../../../checkers/history.ts'
import { ByteWriter } from './bytes.ts'
import { isCellNumber, numberCell, textCell } from './cells.ts'
import { BLOCK_COLUMNS, type BlockColumn, TAG } from './layout.ts'
import { FAIL, INFO, OK, OPEN } from './operations.ts'
import { plainText, valueText } from './value-text.ts'

/** A block ends when it has so many operations or texts of so many characters. */
const BLOCK_OPERATIONS = 32_768
const BLOCK_CHARACTERS = 2 ** 21

/**
 * How long a text may be, in characters, until the operations have taken so many bytes of the report.
 */
const LENGTHS: readonly (readonly [until: number, characters: number])[] = [
  [18e6, 4096],
  [25e6, 60],
  [Number.POSITIVE_INFINITY, 24],
]

/** How many texts are remembered, to be written once, and how long they may be. */
const REMEMBERED = 50_000
const REMEMBERED_CHARACTERS = 200

/**
 * The blocks of a history. Whoever takes one says, when asking for the next, how many bytes it took in the
 * report: the more there are, the shorter texts are cut. O(events).
 */
export function* operationBlocks(
  history: History,
): Generator<Uint8Array, void, number | undefined> {
  const writer = new BlockWriter(history)
  let taken = 0
  const { type, process } = history.columns
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    writer.add(position, LENGTHS.find(([until]) => taken < until)![1])
    if (!writer.full) continue
    const block = writer.end()
    taken += (yield block) ?? block.length
  }
  if (!writer.empty) yield writer.end()
}

class BlockWriter {
  readonly #history: History
  readonly #columns = Object.fromEntries(
    BLOCK_COLUMNS.map((name) => [name, new ByteWriter()]),
  ) as Readonly<Record<BlockColumn, ByteWriter>>
  readonly #known = new Map<string, number>()
  /** The text of each key of the history that has one by now. */
  readonly #keys = new Map<number, number>()
  readonly #nodes = new Map<string, number>()
  #texts: string[] = []
  #characters = 0
  #textsBefore = 0
  #fsWritten = 0
  #nodesWritten = 0
  #length = 0

  constructor(history: History) {
    this.#history = history
  }

  get empty(): boolean {
    return this.#length === 0
  }

  get full(): boolean {
    return this.#length >= BLOCK_OPERATIONS || this.#characters >= BLOCK_CHARACTERS
  }

  add(position: number, characters: number): void {
    const { columns } = this.#history
    const partner = columns.partner[position]!
    const from = whole(columns.time[position]!)
    const index = whole(columns.index[position]!)
    this.#columns.index.delta(index)
    this.#columns.completion.count(
      partner === NONE ? 0 : Math.max(1, whole(columns.index[partner]!) - index),
    )
    this.#columns.from.delta(from)
    const took = partner === NONE ? 0 : Math.max(0, whole(columns.time[partner]!) - from) + 1
    this.#columns.took.count(took)
    this.#columns.outcome.count(outcomeOf(partner === NONE ? undefined : columns.type[partner]))
    this.#columns.process.delta(columns.process[position]!)
    this.#columns.f.count(columns.f[position]!)
    this.#columns.node.count(this.#node(position, partner))
    const error = partner === NONE ? undefined : this.#history.error(partner)
    this.#columns.error.count(
      error === undefined ? 0 : 1 + this.#text(plainText(error, Math.min(characters, 500))),
    )
    this.#key(columns.key[position]!)
    const asked = this.#value('asked', columns.value.at(position), undefined, characters)
    if (partner === NONE) this.#columns.answeredTag.count(TAG.nothing)
    else this.#value('answered', columns.value.at(partner), asked, characters)
    this.#length++
  }

  /** The block of what was added since the last one. */
  end(): Uint8Array {
    const block = new ByteWriter()
    block.count(this.#length)
    this.#fsWritten = names(block, this.#history.fs, this.#fsWritten)
    this.#nodesWritten = names(block, [...this.#nodes.keys()], this.#nodesWritten)
    const encoded = encoder.encode(this.#texts.join(''))
    for (const text of this.#texts) this.#columns.lengths.count(utf8Length(text))
    block.count(this.#texts.length)
    for (const name of BLOCK_COLUMNS) {
      block.block(this.#columns[name].bytes)
      this.#columns[name].clear()
    }
    block.block(encoded)
    this.#textsBefore += this.#texts.length
    this.#texts = []
    this.#characters = 0
    this.#length = 0
    return block.bytes
  }

  #node(position: number, partner: number): number {
    const name =
      this.#history.nodeName(position) ??
      (partner === NONE ? undefined : this.#history.nodeName(partner))
    if (name === undefined) return 0
    const known = this.#nodes.get(name)
    if (known !== undefined) return known + 1
    this.#nodes.set(name, this.#nodes.size)
    return this.#nodes.size
  }

  /** A key is written as a text once, however many there are, so that equal keys are equal cells. */
  #key(id: number): void {
    if (id === NONE) {
      this.#columns.keyTag.count(TAG.nothing)
      return
    }
    const key = this.#history.keys[id]!
    if (isCellNumber(key)) {
      this.#columns.keyTag.count(TAG.number)
      this.#columns.keyNumber.delta(key)
      return
    }
    let text = this.#keys.get(id)
    if (text === undefined) {
      text = this.#newText(plainText(String(key), 500))
      this.#keys.set(id, text)
    }
    this.#columns.keyTag.count(TAG.text)
    this.#columns.keyText.delta(text)
  }

  /** Writes a value and returns its cell, 0 for none. */
  #value(
    side: 'asked' | 'answered',
    value: unknown,
    asked: number | undefined,
    characters: number,
  ): number {
    const tag = this.#columns[`${side}Tag`]
    if (value === undefined || value === null) {
      tag.count(value === null ? TAG.null : TAG.nothing)
      return value === null ? 1 : 0
    }
    if (isCellNumber(value)) {
      const cell = numberCell(value)
      tag.count(cell === asked ? TAG.same : TAG.number)
      if (cell !== asked) this.#columns[`${side}Number`].delta(value)
      return cell
    }
    const id = this.#text(valueText(value, characters))
    const cell = textCell(id)
    tag.count(cell === asked ? TAG.same : TAG.text)
    if (cell !== asked) this.#columns[`${side}Text`].delta(id)
    return cell
  }

  /** The number of a text, which may be one that was written before. */
  #text(text: string): number {
    // A write is answered with what it was asked to write, however long that is.
    if (text === this.#texts.at(-1)) return this.#textsBefore + this.#texts.length - 1
    if (text.length > REMEMBERED_CHARACTERS) return this.#newText(text)
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= REMEMBERED) this.#known.clear()
    const id = this.#newText(text)
    this.#known.set(text, id)
    return id
  }

  #newText(text: string): number {
    this.#texts.push(text)
    this.#characters += text.length
    return this.#textsBefore + this.#texts.length - 1
  }
}

const encoder = new TextEncoder()

const utf8Length = (text: string): number => {
  let length = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Two halves of one character are four bytes, so each of them is two.
    if (code >= 0x80) length += code >= 0x800 && (code < 0xd800 || code > 0xdfff) ? 2 : 1
  }
  return length
}

/** The names that came since the last block; returns how many there are now. */
const names = (block: ByteWriter, all: readonly string[], written: number): number => {
  block.count(all.length - written)
  for (const name of all.slice(written)) block.block(encoder.encode(plainText(name, 200)))
  return all.length
}

const outcomeOf = (type: number | undefined): number =>
  type === undefined ? OPEN : type === DONE ? OK : type === FAILED ? FAIL : INFO

/** Times and indexes of foreign histories may be anything that is a number. */
const whole = (n: number): number => (Number.isFinite(n) ? Math.round(n) : 0)
