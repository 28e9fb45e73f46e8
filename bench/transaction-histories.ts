/**
 * Transactional histories as Elle's generator and a database would make them: twenty clients, transactions of one to
 * four micro-operations on ten live keys of which some are used far more often, 256 writes a key, 2 % failed and
 * 0.5 % unknown. The database is serializable, gives snapshot isolation, does without concurrency control, reads
 * from copies that lag behind, or is serializable and in order for every client, but whoever only reads may see an earlier
 * moment: then nearly all transactions are one component (as in Elle's `huge-scc.edn`).
 */
import type { EventInput } from '../checkers/history.ts'

export type Database = 'serializable' | 'snapshot' | 'none' | 'lagging' | 'stale'
export type Model = 'list-append' | 'rw-register'

const CLIENTS = 20
const KEYS = 10
const WRITES_PER_KEY = 256
const MOST_STEPS = 4
const FAILED_PER_MILLE = 20
const UNKNOWN_PER_MILLE = 5
/** How many elements a copy that lags, or transactions an earlier moment, is behind at most. */
const LAG = 16

type Step = readonly [f: string, key: number, value: unknown]

interface Running {
  readonly process: number
  readonly steps: readonly Step[]
  readonly done: Step[]
  /** The moment that it reads, for databases with snapshots. */
  readonly begun: number
  /** What the appends of a database without control begin with. */
  readonly copies: Map<number, readonly number[]>
  outcome: 'ok' | 'fail' | 'info' | undefined
}

/** Calls a function with every event of a history of so many transactions. */
export const run = (
  database: Database,
  model: Model,
  transactions: number,
  emit: (event: EventInput) => void,
): void => {
  const simulation = new Simulation(database, model, emit)
  for (let begun = 0; begun < transactions; ) if (simulation.step(true)) begun++
  while (simulation.busy) simulation.step(false)
}

class Simulation {
  private readonly random = chance(7)
  private readonly clients: (Running | undefined)[] = Array.from({ length: CLIENTS })
  private readonly names = Array.from({ length: CLIENTS }, (_, client) => client)
  private readonly live = Array.from({ length: KEYS }, (_, key) => ({ key, written: 0 }))
  private nextKey = KEYS
  /** The elements of each key with the moments at which they were committed. */
  private readonly elements = new Map<
    number,
    { readonly values: number[]; readonly at: number[] }
  >()
  private moment = 0
  /** The last moment that each client has seen. */
  private readonly seen = new Int32Array(CLIENTS)
  private time = 0

  constructor(
    private readonly database: Database,
    private readonly model: Model,
    private readonly emit: (event: EventInput) => void,
  ) {}

  get busy(): boolean {
    return this.clients.some((client) => client !== undefined)
  }

  /** Lets one client do its next thing; whether it began a transaction. */
  step(mayBegin: boolean): boolean {
    const client = this.random(CLIENTS)
    this.time += 1000 + this.random(100_000)
    const running = this.clients[client]
    if (running === undefined) {
      if (mayBegin) this.begin(client)
      return mayBegin
    }
    if (running.outcome === undefined) this.advance(client, running)
    else this.end(client, running)
    return false
  }

  private begin(client: number): void {
    const process = this.names[client]!
    const steps = Array.from({ length: 1 + this.random(MOST_STEPS) }, () => this.draw())
    this.tell('invoke', process, steps)
    const copies = new Map<number, readonly number[]>()
    this.clients[client] = {
      process,
      steps,
      done: [],
      begun: this.moment,
      copies,
      outcome: undefined,
    }
  }

  private advance(client: number, running: Running): void {
    if (this.random(1000) < FAILED_PER_MILLE) {
      running.outcome = 'fail'
      return
    }
    if (this.database === 'none') {
      const step = running.steps[running.done.length]!
      running.done.push(this.bare(running, step))
      if (running.done.length < running.steps.length) return
    } else if (!this.commit(client, running)) {
      running.outcome = 'fail'
      return
    }
    running.outcome = this.random(1000) < UNKNOWN_PER_MILLE ? 'info' : 'ok'
  }

  private end(client: number, { outcome, process, done, steps }: Running): void {
    this.clients[client] = undefined
    if (outcome === 'info') this.names[client]! += CLIENTS
    this.tell(outcome!, process, outcome === 'ok' ? done : steps)
  }

  private tell(type: EventInput['type'], process: number, value: readonly Step[]): void {
    this.emit({ type, process, time: this.time, f: 'txn', value })
  }

  /** All at once; false when another transaction came before. */
  private commit(client: number, running: Running): boolean {
    const isWrite = ([f]: Step): boolean => f !== 'r'
    const written = running.steps.filter(isWrite).map(([, key]) => key)
    const read = this.readMoment(client, running, written.length > 0)
    if (this.database === 'snapshot' && written.some((key) => this.lastWrite(key) > read))
      return false
    this.moment++
    this.seen[client] = written.length > 0 ? this.moment : read
    for (const [f, key, value] of running.steps) {
      if (f !== 'r') this.list(key).push(value as number, this.moment)
      running.done.push(f === 'r' ? [f, key, this.read(key, read)] : [f, key, value])
    }
    return true
  }

  private readMoment(client: number, { begun }: Running, writes: boolean): number {
    if (this.database === 'snapshot') return begun
    if (this.database !== 'stale' || writes) return this.moment
    return Math.max(this.seen[client]!, this.moment - this.random(LAG))
  }

  private lastWrite(key: number): number {
    return this.elements.get(key)?.at.at(-1) ?? 0
  }

  private list(key: number): { push(value: number, at: number): void } {
    const known = this.elements.get(key) ?? { values: [], at: [] }
    this.elements.set(key, known)
    return {
      push: (value, at) => {
        known.values.push(value)
        known.at.push(at)
      },
    }
  }

  /** What a transaction sees of a key: what was committed by a moment, and what it wrote itself. */
  private read(key: number, moment: number): unknown {
    const known = this.elements.get(key)
    if (known === undefined) return null
    const { values, at } = known
    let length = values.length
    while (length > 0 && at[length - 1]! > moment && at[length - 1] !== this.moment) length--
    if (this.database === 'lagging' && at[length - 1] !== this.moment)
      length = Math.max(0, length - this.random(LAG))
    if (this.model === 'list-append') return values.slice(0, length)
    return length === 0 ? null : values[length - 1]
  }

  /** One micro-operation of a database without control: an append writes a copy that may be old by then. */
  private bare({ copies }: Running, [f, key, value]: Step): Step {
    const known = this.elements.get(key)?.values ?? []
    if (f === 'r') {
      copies.set(key, known)
      const last = known.at(-1) ?? null
      return [f, key, this.model === 'list-append' ? known : last]
    }
    const base = this.random(4) === 0 ? (copies.get(key) ?? known) : known
    this.elements.set(key, { values: [...base, value as number], at: [] })
    return [f, key, value]
  }

  private draw(): Step {
    // Each key is drawn twice as often as the one before it.
    const place = KEYS - 1 - Math.min(KEYS - 1, Math.clz32(this.random(2 ** 31)) - 1)
    const { key } = this.live[place]!
    if (this.random(2) === 0) return ['r', key, null]
    const value = ++this.live[place]!.written
    if (value === WRITES_PER_KEY) this.live[place] = { key: this.nextKey++, written: 0 }
    return [this.model === 'list-append' ? 'append' : 'w', key, value]
  }
}

const chance = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
