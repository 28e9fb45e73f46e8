/**
 * For tests: replicated data types as replicas carry them out, one update after the other as they are
 * delivered, and random histories of three such replicas with some states made wrong.
 */
import fc from 'fast-check'
import { type EventInput, History } from '../history.ts'

interface Made {
  readonly id: number
  readonly f: string
  readonly value: number
  readonly timestamp: readonly [number, number]
  readonly observed: readonly number[]
}

/** A replica's own state, changed by each update delivered; a causal order is kept. */
interface Behaviour {
  readonly fs: readonly string[]
  readonly fresh: () => unknown
  readonly deliver: (state: never, update: Made) => unknown
  readonly show: (state: never) => unknown
  /** Ids of updates that the replica has in view when it makes another one of this value. */
  readonly observes: (state: never, value: number) => readonly number[]
  readonly wrong: readonly unknown[]
}

const behaviour = <S>(of: {
  readonly fs: readonly string[]
  readonly fresh: () => S
  readonly deliver: (state: S, update: Made) => S
  readonly show: (state: S) => unknown
  readonly observes?: (state: S, value: number) => readonly number[]
  readonly wrong: readonly unknown[]
}): Behaviour => ({ observes: () => [], ...of }) as unknown as Behaviour

const later = (a: readonly number[], b: readonly number[]): boolean =>
  a[0]! > b[0]! || (a[0] === b[0] && a[1]! > b[1]!)
const sets = [[], [0], [1], [0, 1], [0, 1, 2]]
type Dots = readonly (readonly [id: number, value: number])[]
type Stamped = { readonly at: readonly number[]; readonly value: number | undefined }

export const behaviours: Readonly<Record<string, Behaviour>> = {
  'lww-register': behaviour<Stamped>({
    fs: ['write'],
    fresh: () => ({ at: [-1, -1], value: undefined }),
    deliver: (state, { timestamp, value }) =>
      later(timestamp, state.at) ? { at: timestamp, value } : state,
    show: ({ value }) => value ?? null,
    wrong: [null, 0, 1, 2],
  }),
  'mv-register': behaviour<Dots>({
    fs: ['write'],
    fresh: () => [],
    deliver: (state, { id, value, observed }) => [
      ...state.filter(([other]) => !observed.includes(other)),
      [id, value],
    ],
    show: (state) => state.map(([, value]) => value),
    observes: (state) => state.map(([id]) => id),
    wrong: sets,
  }),
  'g-counter': behaviour<number>({
    fs: ['increment'],
    fresh: () => 0,
    deliver: (state, { value }) => state + value,
    show: (state) => state,
    wrong: [0, 1, 2, 3],
  }),
  'pn-counter': behaviour<number>({
    fs: ['increment', 'decrement', 'add'],
    fresh: () => 0,
    deliver: (state, { f, value }) => (f === 'decrement' ? state - value : state + value),
    show: (state) => state,
    wrong: [-1, 0, 1, 2],
  }),
  'g-set': behaviour<readonly number[]>({
    fs: ['add'],
    fresh: () => [],
    deliver: (state, { value }) => (state.includes(value) ? state : [value, ...state]),
    show: (state) => state,
    wrong: sets,
  }),
  '2p-set': behaviour<{ readonly in: readonly number[]; readonly out: readonly number[] }>({
    fs: ['add', 'remove'],
    fresh: () => ({ in: [], out: [] }),
    deliver: (state, { f, value }) =>
      f === 'add'
        ? { ...state, in: [...state.in, value] }
        : { ...state, out: [...state.out, value] },
    show: (state) => state.in.filter((value) => !state.out.includes(value)),
    wrong: sets,
  }),
  'or-set': behaviour<Dots>({
    fs: ['add', 'remove'],
    fresh: () => [],
    deliver: (state, { id, f, value, observed }) =>
      f === 'add' ? [...state, [id, value]] : state.filter(([other]) => !observed.includes(other)),
    show: (state) => state.map(([, value]) => value),
    observes: (state, value) => state.filter(([, other]) => other === value).map(([id]) => id),
    wrong: sets,
  }),
  'lww-map': behaviour<ReadonlyMap<number, Stamped>>({
    fs: ['put', 'remove'],
    fresh: () => new Map(),
    deliver: (state, { id, f, value, timestamp }) =>
      later(timestamp, state.get(value)?.at ?? [-1, -1])
        ? new Map(state).set(value, { at: timestamp, value: f === 'put' ? id : undefined })
        : state,
    show: (state) =>
      Object.fromEntries(
        [...state].flatMap(([entry, { value }]) =>
          value === undefined ? [] : [[`e${entry}`, value]],
        ),
      ),
    wrong: [{}, { e0: 0 }, { e0: 0, e1: 1 }],
  }),
}

/** A history, and which of its reads (by the index of their invocations) show a wrong state. */
export interface Replicated {
  readonly history: History
  readonly wrong: ReadonlySet<number>
}

/** Three replicas that make updates, deliver all of each other's now and then, and are read. */
export const replicated = (name: string): fc.Arbitrary<Replicated> =>
  fc
    .array(
      fc.record({
        replica: fc.nat(2),
        kind: fc.nat(5),
        from: fc.nat(2),
        value: fc.nat(2),
        clock: fc.nat(3),
        fate: fc.nat(15),
      }),
      { minLength: 1, maxLength: 16 },
    )
    .map((steps) => play(behaviours[name]!, steps))

interface Step {
  readonly replica: number
  readonly kind: number
  readonly from: number
  readonly value: number
  readonly clock: number
  readonly fate: number
}

const play = (of: Behaviour, steps: readonly Step[]): Replicated => {
  const replicas = [0, 1, 2].map(() => ({ known: [] as Made[], state: of.fresh() }))
  const events: EventInput[] = []
  const wrong = new Set<number>()
  let process = 0
  const deliver = (replica: number, updates: readonly Made[]): void => {
    const mine = replicas[replica]!
    for (const update of updates) {
      if (mine.known.includes(update)) continue
      mine.known.push(update)
      mine.state = of.deliver(mine.state as never, update)
    }
  }
  steps.forEach(({ replica, kind, from, value, clock, fate }, id) => {
    const mine = replicas[replica]!
    const at = { process: process++, node: `n${replica}` }
    if (kind === 5) deliver(replica, replicas[from]!.known)
    else if (kind > 2) {
      const right = of.show(mine.state as never)
      const state = fate < 4 ? of.wrong[fate % of.wrong.length] : right
      if (same(state) !== same(right)) wrong.add(events.length)
      const updates = mine.known.map((one) => one.id).toReversed()
      events.push({ ...at, type: 'invoke', f: 'read', value: null })
      events.push({ ...at, type: 'ok', f: 'read', value: { updates, state } })
    } else {
      const f = of.fs[kind % of.fs.length]!
      const made: Made = {
        ...{ id, f, value, timestamp: [clock, id] },
        observed: of.observes(mine.state as never, value),
      }
      deliver(replica, [made])
      const { timestamp, observed } = made
      const given = { id, entry: `e${value}`, value: of.fs.includes('put') ? id : value }
      events.push({ ...at, type: 'invoke', f, value: given })
      const type = fate === 15 ? 'info' : 'ok'
      events.push({ ...at, type, f, value: type === 'ok' ? { timestamp, observed } : given })
    }
  })
  return { history: History.from(events), wrong }
}

/** Equal for equal states; lists are sets here. */
export const same = (state: unknown): string => {
  if (Array.isArray(state)) return JSON.stringify([...new Set(state as number[])].toSorted())
  if (typeof state !== 'object' || state === null) return String(state)
  return JSON.stringify(Object.entries(state).toSorted())
}
