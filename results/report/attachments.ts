/**
 * Bulky data of a report: compressed pieces in blocks of their own, which the page inflates when it needs
 * them. Pieces are compressed one by one, so that none of it is ever in memory twice, a report that was
 * cut off in the middle still has its first ones, and a run that goes on appends to them.
 */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Bulky data by name (lower-case letters and dashes); the bytes or texts of each follow one another. */
export type Attachments = Readonly<Record<string, Iterable<Piece>>>
type Piece = Uint8Array | string

const compress = promisify(gzip)

/**
 * The blocks as HTML elements, each one line. A piece is taken when the one before is compressed; a
 * generator of pieces is told how many bytes that took.
 */
export async function* attachmentBlocks(attachments: Attachments): AsyncGenerator<string> {
  for (const [name, all] of Object.entries(attachments)) {
    if (!/^[a-z-]+$/.test(name)) throw new Error(`attachment ${name}: expected letters and dashes`)
    const pieces: Iterator<Piece, unknown, number | undefined> = all[Symbol.iterator]()
    let piece = pieces.next()
    while (!piece.done) {
      const data = (await compress(piece.value, { level: LEVEL })).toString('base64')
      yield `<script type="application/gzip" data-name="${name}">${data}</script>`
      piece = pieces.next(data.length)
    }
  }
}

/** Half the time of the default for some percent more bytes. */
const LEVEL = 4
