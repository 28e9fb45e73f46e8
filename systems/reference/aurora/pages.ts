/**
 * A database's buffer cache (SIGMOD 2017, section 4.2.3). A page that is not in it comes from storage, as of a point
 * of the log that is durable: any one node that has the log up to there can make it, so no quorum is asked. A
 * node of the own zone is asked first, then one after the other.
 */
import type { Body, Json, World } from '../../../harness/api.ts'
import { outcomeOf } from '../store.ts'
import { type LogRecord, zoneOf } from './volume.ts'

/** Who does not give a page after so long is not waited for, ms. */
const PATIENCE_MS = 60
/** How often each node is asked before the reader is let down. */
const ROUNDS = 3

export type Values = ReadonlyMap<string, Json>

interface Fetch {
  readonly page: string
  readonly at: number | undefined
  readonly nodes: readonly string[]
  readonly given: (value: Json) => void
  asked: number
  cancel: () => void
}

export class Pages {
  private readonly cached = new Map<string, Json>()
  /** By page: the last record that was applied to it while it was here or on its way. */
  private readonly changed = new Map<string, number>()
  private readonly fetches = new Map<number, Fetch>()
  private fetched: number
  private clears = 0

  constructor(
    private readonly world: World,
    private readonly storage: readonly string[],
  ) {
    // Answers to an earlier run of this node are none to this one.
    this.fetched = Math.floor(world.random() * 2 ** 40)
  }

  /** What a page in the cache holds; null when nothing was ever written to it. */
  get(page: string): Json {
    return this.cached.get(page) ?? null
  }

  apply({ lsn, redo }: LogRecord): void {
    const { key } = redo
    this.changed.set(key, lsn)
    if (this.cached.has(key)) this.cached.set(key, outcomeOf(redo, this.get(key)).after!)
  }

  /** Forgets everything; what is on its way is not kept. */
  clear(): void {
    this.clears++
    this.cached.clear()
    this.changed.clear()
  }

  /** Lets down all who wait. */
  close(): void {
    for (const { cancel } of this.fetches.values()) cancel()
    this.fetches.clear()
  }

  /**
   * Calls back with pages as they were at a point of the log, up to which all has been applied; never when storage does
   * not give them. `from` is the point as of which storage is asked for what is not in the cache; undefined: any.
   */
  read(
    names: readonly string[],
    at: number,
    from: number | undefined,
    then: (values: Values) => void,
  ): void {
    const { clears } = this
    const values = new Map<string, Json>()
    const missing = new Set(names)
    const has = (page: string, value: Json): void => {
      values.set(page, value)
      missing.delete(page)
      if (missing.size === 0) then(values)
    }
    const absent = names.filter((page) => !this.cached.has(page))
    for (const page of absent)
      this.fetch(page, from, (value) => {
        const isCurrent = this.clears === clears && (this.changed.get(page) ?? 0) <= at
        if (isCurrent && !this.cached.has(page)) this.cached.set(page, value)
        has(page, value)
      })
    for (const page of names) if (!absent.includes(page)) has(page, this.get(page))
  }

  /** A storage node has given a page, or lacks a part of the log. */
  hear(body: Body): void {
    const id = body.fetch as number
    const fetch = this.fetches.get(id)
    if (fetch === undefined) return
    fetch.cancel()
    if (body.type === 'behind') this.ask(id, fetch)
    else {
      this.fetches.delete(id)
      fetch.given(body.value!)
    }
  }

  private fetch(page: string, at: number | undefined, given: (value: Json) => void): void {
    const nodes = this.storage
      .map((name) => {
        const isNear = zoneOf(name) === zoneOf(this.world.self)
        return { name, turn: this.world.random() + (isNear ? 0 : 1) }
      })
      .sort((one, other) => one.turn - other.turn)
      .map(({ name }) => name)
    const id = ++this.fetched
    const fetch: Fetch = { page, at, nodes, given, asked: 0, cancel: () => {} }
    this.fetches.set(id, fetch)
    this.ask(id, fetch)
  }

  /** Asks the next node. */
  private ask(id: number, fetch: Fetch): void {
    const { page, at, nodes } = fetch
    if (fetch.asked === nodes.length * ROUNDS) {
      this.fetches.delete(id)
      return
    }
    const node = nodes[fetch.asked++ % nodes.length]!
    this.world.send(node, { type: 'page', page, fetch: id, ...(at === undefined ? {} : { at }) })
    fetch.cancel = this.world.after(PATIENCE_MS, () => this.ask(id, fetch))
  }
}
