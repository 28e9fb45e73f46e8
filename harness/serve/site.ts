/**
 * What each address of the server answers with. Everything is read from the store when it is asked for; what
 * takes long is done on a thread of its own, one thing at a time, so that the rest goes on answering.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunIndex } from '../../results/archive/index.ts'
import type { RunRow } from '../../results/archive/row.ts'
import { configurationOf } from '../../results/archive/select.ts'
import { readStored } from '../../results/archive/stored.ts'
import { files, writeWhole } from '../../results/store.ts'
import { monotonicMs } from '../clock.ts'
import { messageOf } from '../errors.ts'
import { type Budget, JudgePool } from '../judge/pool.ts'
import { Thread } from '../thread.ts'
import { type Answer, failure } from './answer.ts'
import { confinedFile, confinedRun } from './confine.ts'
import { Followers } from './follow.ts'
import { tablePage } from './query.ts'
import { fileAnswer, filesOf, zipAnswer } from './run-files.ts'
import { shell } from './shell.ts'
import type { Done, Job } from './thread.ts'

export interface SiteOptions {
  readonly store: string
  readonly index: RunIndex
  /** Whether runs may be judged again, which writes their verdict and report. */
  readonly changes: 'allowed' | 'refused'
  readonly budget: Budget
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
}

/** So many runs of a configuration are told one by one. */
const HISTORY = 300

/** What tells something about a system. */
const told: readonly RunRow['outcome'][] = ['valid', 'violation', 'unknown']

/** The index is looked at anew after this long at the soonest. */
const FRESH_MS = 1000

export class Site {
  private readonly followers = new Followers()
  private slow: Thread<Job, Done> | undefined
  private readonly pool: JudgePool
  private queue: Promise<unknown> = Promise.resolve()
  private rows: readonly RunRow[] = []
  private readMs = Number.NEGATIVE_INFINITY

  constructor(private readonly options: SiteOptions) {
    this.pool = new JudgePool(options.budget, 'report', 1)
  }

  async answer({ method, path, query }: Request): Promise<Answer> {
    const parts = path.split('/').slice(1).map(decoded)
    if (parts.includes(undefined)) return failure(400, 'the address cannot be read')
    const [first, second, id = '', ...rest] = parts as string[]
    if (method === 'POST') return this.change(path, id)
    if (path === '/') return shell()
    if (path === '/api/runs') return json(tablePage(this.known(), query))
    if (path === '/api/diff') return this.difference(query)
    if (first === 'api' && second === 'history') return this.history(id)
    const [store, what] = first === 'api' ? [second, rest.join('/')] : [first, '']
    if (store !== 'runs') return notFound
    if (first === 'api') return this.ofRun(id, what)
    return this.fileOf(second ?? '', [id, ...rest])
  }

  /** Ends what goes on beside the requests. */
  async close(): Promise<void> {
    this.followers.close()
    this.pool.close()
    await this.slow?.end()
  }

  private known(): readonly RunRow[] {
    if (monotonicMs() - this.readMs < FRESH_MS) return this.rows
    this.rows = this.options.index.rows()
    this.readMs = monotonicMs()
    return this.rows
  }

  private rowOf(id: string): RunRow | undefined {
    const find = (): RunRow | undefined => this.known().find((row) => row.id === id)
    const row = find()
    if (row !== undefined) return row
    // It may have begun since the index was looked at.
    this.readMs = Number.NEGATIVE_INFINITY
    return find()
  }

  private ofRun(id: string, what: string): Answer {
    const folder = confinedRun(this.options.store, id)
    const row = this.rowOf(id)
    if (folder === undefined || row === undefined) return noRun
    if (what === 'live') return this.live(folder)
    if (what !== '') return notFound
    const { run, verdict, missing } = readStored(folder)
    const stored = { run, verdict, missing, files: filesOf(folder) }
    return json({ row, ...stored, changes: this.options.changes })
  }

  private fileOf(id: string, [what = '', ...rest]: readonly string[]): Answer | Promise<Answer> {
    const folder = confinedRun(this.options.store, id)
    if (folder === undefined || !existsSync(join(folder, files.run))) return noRun
    if (what === 'report' && rest.length === 0) return this.report(folder)
    if (what === 'zip' && rest.length === 0) return zipAnswer(folder, id)
    if (what !== 'files') return notFound
    const path = confinedFile(folder, rest.join('/'))
    return path === undefined ? failure(404, 'no such file in this run') : fileAnswer(path)
  }

  /** The runs of one configuration: how many broke a promise, and the last ones, the oldest first. */
  private history(id: string): Answer {
    const row = this.rowOf(id)
    if (row === undefined) return noRun
    const configuration = configurationOf(row)
    const runs = this.known().filter((one) => configurationOf(one) === configuration)
    const judged = runs.filter(({ outcome }) => told.includes(outcome))
    const violations = judged.filter(({ outcome }) => outcome === 'violation').length
    const counts = { total: runs.length, judged: judged.length, violations }
    return json({ row, ...counts, runs: runs.slice(0, HISTORY).reverse() })
  }

  /** Pictures of a run that goes on, as server-sent events. */
  private live(folder: string): Answer {
    return {
      kind: 'stream',
      type: 'text/event-stream; charset=utf-8',
      send: (response) => {
        response.write('retry: 2000\n\n')
        const leave = this.followers.watch(folder, (picture) => {
          // Who reads too slowly misses pictures instead of being sent them all later.
          if (response.writableNeedDrain) return
          response.write(`data: ${JSON.stringify(picture)}\n\n`)
        })
        response.on('close', leave)
      },
    }
  }

  private async difference(query: URLSearchParams): Promise<Answer> {
    const [one, other] = [query.get('a') ?? '', query.get('b') ?? ''].map((id) =>
      confinedRun(this.options.store, id),
    )
    if (one === undefined || other === undefined) return noRun
    const done = await this.inTurn({ kind: 'difference', folders: [one, other] })
    return done.kind === 'difference' ? json(done.difference) : failed(done)
  }

  /** The run's page as it was made, or made now; kept where changes are allowed and a verdict is there. */
  private async report(folder: string): Promise<Answer> {
    const path = join(folder, files.report)
    if (existsSync(path)) return page(readFileSync(path))
    const done = await this.inTurn({ kind: 'report', folder })
    if (done.kind !== 'report') return failed(done)
    const isFinal = existsSync(join(folder, files.verdict))
    if (isFinal && this.options.changes === 'allowed') writeWhole(folder, files.report, done.html)
    return page(done.html)
  }

  /** Judges a run again: the only thing that changes one. */
  private async change(path: string, id: string): Promise<Answer> {
    if (path !== `/api/runs/${id}/check`) return failure(405, 'GET only')
    if (this.options.changes === 'refused')
      return failure(403, 'read-only: "schism serve --allow-changes" lets runs be judged again')
    const folder = confinedRun(this.options.store, id)
    if (folder === undefined) return noRun
    const { verdict } = await this.pool.judge({ path: folder })
    this.readMs = Number.NEGATIVE_INFINITY
    return json({ verdict, row: this.rowOf(id) })
  }

  private inTurn(job: Job): Promise<Done> {
    const mine = this.queue.then(() => this.done(job))
    this.queue = mine
    return mine
  }

  /** A thread that could not go on (a run too large for its memory) is replaced by the next one. */
  private async done(job: Job): Promise<Done> {
    this.slow ??= new Thread<Job, Done>(new URL('./thread.js', import.meta.url), undefined)
    try {
      return await this.slow.ask(job)
    } catch (error) {
      this.slow = undefined
      return { kind: 'failed', says: messageOf(error) }
    }
  }
}

const json = (body: object): Answer => ({ kind: 'json', body: { version: 1, ...body } })

const notFound = failure(404, 'nothing here')
const noRun = failure(404, 'no such run in this store')

const failed = (done: Done): Answer =>
  failure(500, done.kind === 'failed' ? done.says : 'an answer to another question')

/**
 * A run's page has a policy of its own in itself. It may have come from anywhere, so it gets an origin of its own
 * as well, from which nothing of this server can be asked.
 */
const page = (body: string | Buffer): Answer => ({
  kind: 'text',
  type: 'text/html; charset=utf-8',
  body,
  headers: { 'Content-Security-Policy': "sandbox allow-scripts; frame-ancestors 'none'" },
})

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
