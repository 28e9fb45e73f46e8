/**
 * For tests: random histories of a few transactions on one to three lists or registers, as a database of some isolation would
 * make them: its transactions overlap, some fail and some have no known outcome. What was read is then changed now and then.
 */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

export type TransactionalType = 'list-append' | 'rw-register'

type Step = readonly [f: string, key: string, value: unknown]

/**
 * Which committed transactions a transaction sees: all, at one moment; those before its beginning, with or without a guard
 * against lost updates; those before each read; those before some earlier moment; some, the same for all its reads; or some.
 */
const isolations = ['serial', 'guarded', 'snapshot', 'committed', 'old', 'part', 'loose'] as const
type Isolation = (typeof isolations)[number]

interface Draw {
  readonly thread: number
  readonly steps: readonly {
    readonly write: boolean
    readonly key: number
    readonly pick: number
  }[]
  /** How it ends: 0 … 13 ok, 14 and 15 fail, 16 and 17 unknown and done, 18 and 19 unknown and not done. */
  readonly fate: number
  readonly pick: number
}

/** At most `most` transactions of one to four steps. */
export const transactionalHistories = (
  type: TransactionalType,
  most: number,
): fc.Arbitrary<History> =>
  fc
    .record({
      isolation: fc.constantFrom(...isolations, 'part' as const, 'loose' as const),
      draws: fc.array(
        fc.record({
          thread: fc.nat(2),
          steps: fc.array(fc.record({ write: fc.boolean(), key: fc.nat(5), pick: fc.nat(63) }), {
            minLength: 1,
            maxLength: 4,
          }),
          fate: fc.nat(19),
          pick: fc.nat(63),
        }),
        { minLength: Math.min(3, most), maxLength: most },
      ),
      turns: fc.array(fc.nat(2), { maxLength: most * 5 }),
      wrong: fc.nat(9),
    })
    .map(({ isolation, draws, turns, wrong }) =>
      shown(new Database(type, isolation, wrong).play(draws, turns)),
    )

/** A history that a failing property shows as its events. */
const shown = (events: readonly EventInput[]): History =>
  Object.assign(History.from(events), {
    [fc.toStringMethod]: () =>
      events
        .map(({ process, type, value }) => `\n${process} ${type} ${JSON.stringify(value)}`)
        .join(''),
  })

interface Running {
  readonly draw: Draw
  readonly process: number
  /** How many transactions had committed when it began. */
  readonly snapshot: number
  readonly done: Step[]
}

/** Those that committed, in that order; a version of a key is what it is after some of them. */
class Database {
  private readonly log: (readonly Step[])[] = []
  private readonly events: EventInput[] = []
  private readonly running = new Map<number, Running>()
  private readonly processes = [0, 1, 2]
  private fresh = 1

  constructor(
    private readonly type: TransactionalType,
    private readonly isolation: Isolation,
    private readonly wrong: number,
  ) {}

  /** Each turn lets one thread begin its next transaction, or do the next step, or commit. */
  play(draws: readonly Draw[], turns: readonly number[]): EventInput[] {
    const left = [0, 1, 2].map((thread) => draws.filter((draw) => draw.thread === thread))
    const steps = draws.reduce((sum, draw) => sum + draw.steps.length + 2, 0)
    const all = [...turns, ...[0, 1, 2].flatMap((one) => new Array<number>(steps).fill(one))]
    for (const thread of all) {
      const running = this.running.get(thread)
      if (running !== undefined) this.go(thread, running)
      else if (left[thread]!.length > 0) this.begin(thread, left[thread]!.shift()!)
    }
    return this.events
  }

  private begin(thread: number, draw: Draw): void {
    const process = this.processes[thread]!
    const planned = {
      ...draw,
      steps: draw.steps.map((step) => (step.write ? { ...step, pick: this.fresh++ } : step)),
    }
    const value = planned.steps.map(({ write, key, pick }): Step => {
      return write ? [this.written, keyOf(key), pick] : ['r', keyOf(key), null]
    })
    this.events.push({ process, type: 'invoke', f: 'txn', value })
    this.running.set(thread, { draw: planned, process, snapshot: this.log.length, done: [] })
  }

  private get written(): string {
    return this.type === 'list-append' ? 'append' : 'w'
  }

  private go(thread: number, running: Running): void {
    const { draw, done } = running
    const next = draw.steps[done.length]
    if (next === undefined || this.isolation === 'serial') {
      while (done.length < draw.steps.length) this.step(running)
      this.end(thread, running)
    } else this.step(running)
  }

  private step({ draw, snapshot, done }: Running): void {
    const { write, key, pick } = draw.steps[done.length]!
    const name = keyOf(key)
    if (write) done.push([this.written, name, pick])
    else {
      const sees = (at: number): boolean => this.sees(at, snapshot, draw.pick, pick)
      done.push(['r', name, this.read(name, sees, done)])
    }
  }

  /** Whether a read sees a transaction that committed. */
  private sees(at: number, snapshot: number, some: number, pick: number): boolean {
    switch (this.isolation) {
      case 'serial':
      case 'committed':
        return true
      case 'snapshot':
      case 'guarded':
        return at < snapshot
      case 'old':
        return at < some % (snapshot + 1)
      case 'part':
        return ((some >> at) & 1) === 1
      case 'loose':
        return ((pick >> at) & 1) === 1
    }
  }

  /** The version that the last one left of those that are seen, and what was done to it since. */
  private read(key: string, sees: (at: number) => boolean, own: readonly Step[]): unknown {
    const wrote = ([f, other]: Step): boolean => f !== 'r' && other === key
    const last = this.log.findLastIndex((steps, at) => sees(at) && steps.some(wrote))
    const steps = [...this.log.slice(0, last + 1).flat(), ...own].filter(wrote)
    const values = steps.map(([, , value]) => value)
    return this.type === 'list-append' ? values : (values.at(-1) ?? null)
  }

  private end(thread: number, { draw, process, snapshot, done }: Running): void {
    this.running.delete(thread)
    const conflict = this.log
      .slice(snapshot)
      .flat()
      .some(([f, key]) => f !== 'r' && done.some((step) => step[0] !== 'r' && step[1] === key))
    const { fate } = draw
    const fails = fate === 14 || fate === 15 || (this.isolation === 'guarded' && conflict)
    if (!fails && fate < 18) this.log.push(done)
    const asked = done.map(([f, key, value]): Step => [f, key, f === 'r' ? null : value])
    if (!fails && fate >= 16) this.processes[thread]! += 3
    const type = fails ? 'fail' : fate >= 16 ? 'info' : 'ok'
    const value = type === 'ok' ? done.map((step, at) => this.changed(step, draw.pick + at)) : asked
    this.events.push({ process, type, f: 'txn', value })
  }

  /** Now and then another value than the one that was read. */
  private changed(step: Step, pick: number): Step {
    const [f, key, value] = step
    if (f !== 'r' || this.wrong > 2 || pick % 4 !== this.wrong) return step
    if (!Array.isArray(value)) return [f, key, pick % this.fresh === 0 ? null : pick % this.fresh]
    if (pick % 3 === 0) return [f, key, value.slice(0, -1)]
    return [f, key, pick % 3 === 1 ? value.toReversed() : [...value, 1 + (pick % this.fresh)]]
  }
}

/** Mostly one key, often another one, seldom a third. */
const keyOf = (key: number): string => ['x', 'x', 'x', 'y', 'y', 'z'][key]!
