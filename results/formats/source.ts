/**
 * A file as bytes, read in pieces: what is not consumed yet, and on which line it begins. A zero byte
 * always stands behind the last one, so that scanners need not look for the end.
 */
import { FormatError } from './format.ts'

/** Reads into the buffer from a place on; how many bytes, 0 at the end. */
export type Fill = (buffer: Buffer, from: number, most: number) => number

/** Most files are small; the others are read in larger pieces. */
const FIRST = 64 << 10
const PIECE = 4 << 20
/** No event needs more; a file whose first bracket is never closed must not fill the memory. */
const LONGEST = 256 << 20

export class Source {
  /** `at` … `end` are to be read. */
  bytes: Buffer = Buffer.allocUnsafe(FIRST)
  at = 0
  end = 0
  /** The line of `at`, from 1. */
  line = 1
  /** Where that line begins; negative when its beginning is gone. */
  private lineStart = 0
  private filled = false

  /** @param name stands in errors for the file */
  constructor(
    readonly name: string,
    private readonly fill: Fill,
  ) {
    this.more()
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.at = 3
  }

  /** Reads more behind what is there; false at the end of the file. Places before `at` are gone then. */
  more(): boolean {
    if (this.at > 0) {
      this.bytes.copyWithin(0, this.at, this.end)
      this.end -= this.at
      this.lineStart -= this.at
      this.at = 0
    }
    // A file that has filled the first piece is a long one.
    if (this.end + 1 >= this.bytes.length || (this.filled && this.bytes.length < PIECE)) this.grow()
    const most = this.bytes.length - this.end - 1
    const length = this.fill(this.bytes, this.end, most)
    this.filled = length === most
    this.end += length
    this.bytes[this.end] = 0
    return length > 0
  }

  /** Consumes up to a place and counts the lines. */
  advance(to: number): void {
    for (;;) {
      const newline = this.bytes.indexOf(NEWLINE, this.at)
      if (newline < 0 || newline >= to) break
      this.newline(newline)
    }
    this.at = to
  }

  /** Consumes up to and with the end of a line, which stands at a place. */
  newline(place: number): void {
    this.at = place + 1
    this.lineStart = this.at
    this.line++
  }

  /** What begins at a place, for an error message. */
  found(place: number): string {
    if (place >= this.end) return 'the end of the file'
    const text = this.text(place, Math.min(this.end, place + 80))
    return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 37)}…`)
  }

  text(from: number, to: number): string {
    return this.bytes.toString('utf8', from, to)
  }

  /** An error at a place that is not consumed yet. */
  error(place: number, message: string): FormatError {
    this.advance(place)
    return new FormatError(`${this.name}:${this.line}:${place - this.lineStart + 1}: ${message}`)
  }

  private grow(): void {
    if (this.bytes.length >= LONGEST)
      throw this.error(this.at, `nothing ends within ${LONGEST >> 20} MiB: expected an event`)
    const larger = Buffer.allocUnsafe(Math.max(PIECE, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.end)
    this.bytes = larger
  }
}

const NEWLINE = 10
