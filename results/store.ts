/**
 * Where runs are kept and how their files are written. A run is a folder of the store; nothing in it
 * is ever half-written except `history.jsonl`, which is appended as events happen so that a killed
 * controller leaves a history that can still be judged. `run.json` and `verdict.json` appear whole
 * or not at all (written aside, then renamed). What is read back is checked and never trusted.
 *
 * All of it is synchronous on purpose: the folder is made and the verdict written once a run, and the
 * history is flushed every few milliseconds, where an asynchronous write would only queue.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import type { HistoryEvent, OpType } from '../checkers/history.ts'
import { JsonBytes, type Piece, piece } from './json-bytes.ts'
import type { RunRecord, VerdictRecord } from './run.ts'

/** The store cannot be used as asked. `message` is one line that names the file and, if any, the field. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** The store used unless another is named: `results/runs` in the current directory. */
export const defaultStore = (): string => resolve('results', 'runs')

/** The names of a run's files. */
export const files = {
  run: 'run.json',
  history: 'history.jsonl',
  verdict: 'verdict.json',
  report: 'report.html',
  logs: 'logs',
} as const

/** A run in a store. */
export interface StoredRun {
  readonly id: string
  readonly folder: string
}

/** The folder of a run, whether it exists or not. @throws StoreError for an id that could leave the store */
export const runFolder = (store: string, id: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(id) || id === LATEST)
    throw new StoreError(
      `run id ${JSON.stringify(id.slice(0, 130))}: expected up to 128 letters, digits, dots, dashes and underscores`,
    )
  return resolve(store, id)
}

/**
 * Makes the folder of a new run with its `logs/`, points `latest` at it and returns its path.
 * @throws StoreError when it exists already or cannot be made
 */
export const createRunFolder = (store: string, id: string): string => {
  const folder = runFolder(store, id)
  attempt(store, 'cannot be used as a store', () => mkdirSync(store, { recursive: true }))
  attempt(folder, 'cannot be made', () => mkdirSync(folder))
  attempt(folder, 'cannot be written to', () => mkdirSync(join(folder, files.logs)))
  pointLatest(store, id)
  return folder
}

/** The runs of a store, newest first (ids begin with their time). Empty for a store that does not exist. */
export const listRuns = (store: string): readonly StoredRun[] => {
  if (!existsSync(store)) return []
  return attempt(store, 'is not a store', () => readdirSync(store, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && existsSync(join(store, entry.name, files.run)))
    .map((entry) => ({ id: entry.name, folder: resolve(store, entry.name) }))
    .sort((a, b) => (a.id < b.id ? 1 : -1))
}

export const writeRun = (folder: string, run: RunRecord): void => writeJson(folder, files.run, run)

export const writeVerdict = (folder: string, verdict: VerdictRecord): void =>
  writeJson(folder, files.verdict, verdict)

/** Writes text into a file of the run that appears whole or not at all. */
export const writeWhole = (folder: string, name: string, text: string): void => {
  const path = join(folder, name)
  const aside = join(folder, `.${name}.${process.pid}.tmp`)
  attempt(path, 'cannot be written', () => {
    try {
      const file = openSync(aside, 'w')
      try {
        writeAll(file, Buffer.from(text), () => {})
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(aside, path)
    } finally {
      rmSync(aside, { force: true })
    }
  })
}

/**
 * Appends events to a run's `history.jsonl`: `append` takes them, `flush` serialises and writes them,
 * which costs less for many at once and keeps no request waiting. A line reaches the file whole or is
 * taken back, so after a failed write every line in the file is intact, and the lines that did not fit
 * are kept and written by the next flush that succeeds.
 */
export class HistoryLog {
  readonly #path: string
  readonly #file: number
  readonly #fs = new Map<string, Piece>()
  readonly #nodes = new Map<string, Piece>()
  /** Taken and not serialised yet. */
  #events: HistoryEvent[] = []
  /** Serialised and not in the file yet. */
  readonly #lines = new JsonBytes()
  /** Bytes of whole lines in the file. */
  #written = 0
  #open = true

  /** @throws StoreError when the file exists or cannot be made */
  constructor(path: string) {
    this.#path = path
    this.#file = attempt(path, 'cannot be made', () => openSync(path, 'ax'))
  }

  /** Takes an event, which must not change any more. Only what its value holds may: that does not show. */
  append(event: HistoryEvent): void {
    this.#events.push(event)
    if (!isFixed(event.value)) this.#serialise()
    else if (this.#events.length > FLUSH_EVENTS) this.flush()
    if (this.#lines.length > FLUSH_BYTES) this.flush()
  }

  /** Hands all appended lines to the operating system. @throws StoreError when it takes no more */
  flush(): void {
    this.#serialise()
    const { bytes } = this.#lines
    if (bytes.length === 0) return
    let done = 0
    try {
      writeAll(this.#file, bytes, (count) => {
        done += count
      })
    } catch (error) {
      const whole = done === 0 ? 0 : bytes.lastIndexOf(NEWLINE, done - 1) + 1
      this.#written += whole
      this.#lines.drop(whole)
      takeBack(this.#file, this.#written)
      throw failure(this.#path, 'cannot be written', error)
    }
    this.#written += done
    this.#lines.drop(done)
  }

  /** Flushes and closes; the file is closed even when the flush throws. Twice is fine. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    try {
      this.flush()
    } finally {
      closeSync(this.#file)
    }
  }

  #serialise(): void {
    const events = this.#events
    if (events.length === 0) return
    this.#events = []
    for (const event of events) {
      const begin = this.#lines.length
      try {
        this.#line(event)
      } catch (error) {
        // A value that is no JSON (a cycle, a bigint): only ever that of the last event.
        this.#lines.cut(begin)
        throw error
      }
    }
  }

  #line({ index, time, type, process, f, key, value, node, error }: HistoryEvent): void {
    const lines = this.#lines
    lines.piece(INDEX)
    lines.value(index)
    lines.piece(TIME)
    lines.value(time)
    lines.piece(TYPES[type])
    lines.value(process)
    lines.piece(known(this.#fs, F, f))
    if (key !== undefined) {
      lines.piece(KEY)
      lines.value(key)
    }
    lines.piece(VALUE)
    lines.value(value)
    if (node !== undefined) lines.piece(known(this.#nodes, NODE, node))
    if (error !== undefined) {
      lines.piece(ERROR)
      lines.value(error)
    }
    lines.piece(END)
  }
}

const INDEX = piece('{"index":')
const TIME = piece(',"time":')
const typed = (type: OpType): Piece => piece(`,"type":"${type}","process":`)
const TYPES: Readonly<Record<OpType, Piece>> = {
  invoke: typed('invoke'),
  ok: typed('ok'),
  fail: typed('fail'),
  info: typed('info'),
}
const F = ',"f":'
const KEY = piece(',"key":')
const VALUE = piece(',"value":')
const NODE = ',"node":'
const ERROR = piece(',"error":')
const END = piece('}\n')

/** Whether a value is JSON and can never change. */
const isFixed = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'bigint')

/** A field with a text of which a history has few different ones. */
const known = (pieces: Map<string, Piece>, name: string, text: string): Piece => {
  const made = pieces.get(text)
  if (made !== undefined) return made
  const fresh = piece(name + JSON.stringify(text))
  pieces.set(text, fresh)
  return fresh
}

const LATEST = 'latest'
const NEWLINE = 10
/** A caller that forgets to flush must not fill the memory. */
const FLUSH_BYTES = 8 * 1024 * 1024
const FLUSH_EVENTS = FLUSH_BYTES / 128

const writeJson = (folder: string, name: string, value: unknown): void =>
  writeWhole(folder, name, `${JSON.stringify(value, null, 2)}\n`)

/** Writes all bytes, which a nearly full disk takes in parts, and reports each part. */
const writeAll = (file: number, bytes: Buffer, wrote: (count: number) => void): void => {
  for (let done = 0; done < bytes.length; ) {
    const count = writeSync(file, bytes, done, bytes.length - done)
    wrote(count)
    done += count
  }
}

/** Removes the torn line that a failed write left at the end; the file appends, so the next starts there. */
const takeBack = (file: number, length: number): void => {
  try {
    ftruncateSync(file, length)
  } catch {
    // A device that cannot be truncated keeps the torn line; readers accept one at the end.
  }
}

/** `latest` is a convenience: a file system without links must not cost the run. */
const pointLatest = (store: string, id: string): void => {
  const aside = join(store, `.${LATEST}.${process.pid}.tmp`)
  try {
    symlinkSync(id, aside)
    renameSync(aside, join(store, LATEST))
  } catch {
    rmSync(aside, { force: true })
  }
}

/** Does something with a file. @throws StoreError that names the file and says what could not be done */
export const attempt = <T>(path: string, what: string, action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw failure(path, what, error)
  }
}

const failure = (path: string, what: string, error: unknown): StoreError => {
  const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error)
  const hints: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EEXIST: 'it exists already',
    ENOENT: 'no such file or folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'part of the path is not a folder',
    EFBIG: 'it has reached the largest size allowed',
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return new StoreError(`${path} ${what}: ${hints[code ?? ''] ?? reason}`, { cause: error })
}
