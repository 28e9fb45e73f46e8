/**
 * A node's disk as one file: every write is a line at its end with a checksum in front, and reading all lines
 * again gives what was there. A write is handed to the kernel before the program goes on, so a kill takes
 * nothing; `sync` is an fsync, several that wait share one. A power failure leaves the beginning of what was
 * not synced, and so perhaps a last line without its end, which counts as not written. Any other line that
 * is not whole was changed by somebody: starting with what is left of it would break promises.
 *
 * Everything here but fsync blocks the process: a frozen disk freezes the node, and an error ends it.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../checkers/ledger.ts'
import { Content, type Write } from '../content.ts'
import type { Storage } from '../program.ts'

/** A file that is shorter is not worth the work of writing it anew, bytes. */
const COMPACT_FROM = 1024 * 1024
/** It is written anew when it has grown to this many times what it was after the last time. */
const COMPACT_GROWTH = 4

const NAME = 'journal'

export class Journal implements Storage {
  private readonly content = new Content()
  private readonly path: string
  private file: number
  /** Bytes in the file. */
  private size = 0
  private compactAt: number
  /** Whether something was written that no fsync under way or done covers. */
  private isDirty = false
  private isSyncing = false
  private waiting: (() => void)[] = []

  /**
   * Opens the journal of a folder, with what it holds.
   * @throws Error when it was changed, other than by a power failure
   */
  constructor(
    private readonly folder: string,
    private readonly compactFrom = COMPACT_FROM,
  ) {
    this.path = join(folder, NAME)
    const isNew = !existsSync(this.path)
    this.file = openSync(this.path, 'a')
    if (isNew) syncFolder(folder)
    else this.replay()
    this.compactAt = Math.max(compactFrom, COMPACT_GROWTH * this.size)
  }

  get(name: string): Json | undefined {
    return this.content.values.get(name)
  }

  entries(log: string): readonly Json[] {
    return this.content.log(log)
  }

  put(name: string, value: Json): void {
    this.write({ kind: 'put', name, value })
  }

  append(log: string, value: Json): void {
    this.write({ kind: 'append', name: log, value })
  }

  truncate(log: string, length: number): void {
    if (length < this.content.log(log).length) this.write({ kind: 'truncate', name: log, length })
  }

  sync(then: () => void): void {
    this.waiting.push(then)
    if (!this.isSyncing) this.startSync()
  }

  /** Lets go of the file; what was not synced may be lost later. */
  close(): void {
    this.waiting = []
    if (!this.isSyncing) closeSync(this.file)
  }

  private write(one: Write): void {
    this.content.apply(one)
    this.isDirty = true
    this.size += writeAll(this.file, encode(one))
    if (this.size > this.compactAt && !this.isSyncing) this.compact()
  }

  private startSync(): void {
    const covered = this.waiting
    this.waiting = []
    const isNeeded = this.isDirty
    this.isSyncing = true
    this.isDirty = false
    const done = (error: Error | null): void => {
      if (error !== null) throw error
      for (const then of covered) then()
      this.isSyncing = false
      if (this.waiting.length > 0) this.startSync()
    }
    if (isNeeded) fsync(this.file, done)
    else setImmediate(done, null)
  }

  /** Reads all lines, and cuts off what a power failure left of the last ones. */
  private replay(): void {
    const bytes = readFileSync(this.path)
    for (let end = 0; ; this.size = end + 1) {
      end = bytes.indexOf('\n', this.size)
      const one = end < 0 ? undefined : decode(bytes.subarray(this.size, end))
      if (one === undefined) break
      this.content.apply(one)
    }
    if (this.size === bytes.length) return
    const isWhole = bytes.includes('\n', this.size)
    if (isWhole) throw new Error(`${this.path} was changed at or after byte ${this.size}`)
    ftruncateSync(this.file, this.size)
    fsyncSync(this.file)
  }

  /** Writes what is there into a file of its own, which takes the place of the old one in one step. */
  private compact(): void {
    const path = `${this.path}.new`
    const file = openSync(path, 'w')
    this.size = writeAll(file, [...this.content.writes()].map(encode).join(''))
    fsyncSync(file)
    renameSync(path, this.path)
    syncFolder(this.folder)
    closeSync(this.file)
    this.file = file
    this.isDirty = false
    this.compactAt = Math.max(this.compactFrom, COMPACT_GROWTH * this.size)
  }
}

const encode = (one: Write): string => {
  const text = JSON.stringify(one)
  return `${checksum(text)}${text}\n`
}

/** Undefined when the line is not whole. */
const decode = (line: Buffer): Write | undefined => {
  const text = line.subarray(CHECKSUM_LENGTH)
  const isWhole = line.toString('latin1', 0, CHECKSUM_LENGTH) === checksum(text)
  return isWhole ? (JSON.parse(text.toString()) as Write) : undefined
}

/** With a space behind it. */
const CHECKSUM_LENGTH = 9

const checksum = (text: string | Buffer): string =>
  `${createHash('sha1')
    .update(text)
    .digest('hex')
    .slice(0, CHECKSUM_LENGTH - 1)} `

/** @returns how many bytes were written: all of them */
const writeAll = (file: number, text: string): number => {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  return bytes.length
}

/** A new name in a folder is safe only when the folder is. */
const syncFolder = (folder: string): void => {
  const file = openSync(folder, 'r')
  fsyncSync(file)
  closeSync(file)
}
