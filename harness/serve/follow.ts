/**
 * Follows a run that goes on: what its history says so far and, once there is one, its verdict. The file is
 * read in pieces as it grows, for all who watch the same run together, and not at all while nobody does.
 */
import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { HistoryEvent } from '../../checkers/history.ts'
import { type RunRow, readRow } from '../../results/archive/row.ts'
import { files } from '../../results/store.ts'
import { wallTime } from '../clock.ts'
import { type Live, Tally } from './tally.ts'

/** A picture of a run, sent to everybody who watches it. */
export interface Picture extends Live {
  /** Seconds since the history grew last. */
  readonly quietS: number
  /** Events that could not be read. */
  readonly damaged: number
  /** Once there is a verdict; it is the last picture. */
  readonly ended?: RunRow
}

export type Watcher = (picture: Picture) => void

const EVERY_MS = 500
const PIECE = 1 << 20
/** No line of a history that one could watch is longer. */
const LINE_MAX = 64 << 20

/** Everybody who watches some run of a store. */
export class Followers {
  private readonly following = new Map<string, Follower>()

  /** Sends pictures of a run until the function returned is called or the run has its verdict. */
  watch(folder: string, watcher: Watcher): () => void {
    const follower = this.following.get(folder) ?? new Follower(folder)
    this.following.set(folder, follower)
    follower.watchers.add(watcher)
    follower.start()
    return () => {
      follower.watchers.delete(watcher)
      if (follower.watchers.size > 0) return
      follower.stop()
      this.following.delete(folder)
    }
  }

  close(): void {
    for (const follower of this.following.values()) follower.stop()
    this.following.clear()
  }
}

class Follower {
  readonly watchers = new Set<Watcher>()
  private readonly tally = new Tally()
  private file: FileHandle | undefined
  private timer: NodeJS.Timeout | undefined
  private isRunning = false
  private offset = 0
  private rest: Buffer = Buffer.alloc(0)
  private grewMs = wallTime().getTime()
  private damaged = 0

  constructor(private readonly folder: string) {}

  start(): void {
    if (this.isRunning) return
    this.isRunning = true
    void this.turn()
  }

  stop(): void {
    this.isRunning = false
    clearTimeout(this.timer)
    void this.file?.close().catch(() => {})
    this.file = undefined
  }

  /** Reads what is new, tells it and comes again. */
  private async turn(): Promise<void> {
    const isOver = existsSync(join(this.folder, files.verdict))
    await this.read().catch(() => {
      this.damaged++
    })
    if (!this.isRunning) return
    const picture: Picture = {
      ...this.tally.live,
      quietS: Math.max(0, Math.round((wallTime().getTime() - this.grewMs) / 1000)),
      damaged: this.damaged,
      ...(isOver ? { ended: readRow(this.folder) } : {}),
    }
    for (const watcher of this.watchers) watcher(picture)
    if (isOver) this.stop()
    else this.timer = setTimeout(() => void this.turn(), EVERY_MS)
  }

  private async read(): Promise<void> {
    const path = join(this.folder, files.history)
    if (this.file === undefined && !existsSync(path)) return
    this.file ??= await open(path, 'r')
    this.grewMs = (await this.file.stat()).mtimeMs
    const piece = Buffer.allocUnsafe(PIECE)
    while (this.isRunning) {
      const { bytesRead } = await this.file.read(piece, 0, PIECE, this.offset)
      if (bytesRead === 0) return
      this.offset += bytesRead
      this.take(piece.subarray(0, bytesRead))
    }
  }

  /** Whole lines are heard; what comes after the last of them waits for its end. */
  private take(bytes: Buffer): void {
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes])
    const end = all.lastIndexOf('\n') + 1
    for (const text of all.toString('utf8', 0, end).split('\n')) if (text !== '') this.hear(text)
    this.rest = all.length - end > LINE_MAX ? Buffer.alloc(0) : Buffer.from(all.subarray(end))
  }

  private hear(text: string): void {
    try {
      this.tally.hear(JSON.parse(text) as HistoryEvent)
    } catch {
      this.damaged++
    }
  }
}
