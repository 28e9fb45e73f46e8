/**
 * The data types: what an update changes of an object, as a delta to join with it (Almeida, Shoker, Baquero: "Delta state
 * replicated data types", 2018), what its client is told, and what a read shows.
 */
import type { Body, Json } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { type Added, present, type Replicated, type Stamp, type State } from './lattice.ts'

/** Who makes an update. */
export interface Author {
  readonly bug: Bug | 'none'
  /** A name that no other run of a node has. */
  readonly actor: string
  /** A dot that no other add has. */
  dot(): string
  /** Later than every stamp that it has given or seen. */
  stamp(): Stamp
}

/** An update as clients ask for it. */
export interface Update {
  readonly f: string
  readonly id: number
  readonly value?: Json
  readonly entry?: string
}

interface Change {
  readonly state: State
  /** What the replica adds to what the client knows of its update. */
  readonly told: Readonly<Record<string, Json>>
}

interface Type {
  change(state: State | undefined, update: Update, author: Author): Change
  read(state: State | undefined, bug: Bug | 'none'): Json
}

/** Changes an object. @returns the delta */
export const updated = (
  type: string,
  before: Replicated | undefined,
  update: Update,
  author: Author,
): { readonly delta: Replicated; readonly told: Body } => {
  const { state, told } = types[type]!.change(before?.state, update, author)
  return { delta: { updates: [update.id], state }, told: { type: 'update_ok', told } }
}

/** What a read of an object shows. */
export const shown = (type: string, object: Replicated | undefined, bug: Bug | 'none'): Json => ({
  updates: object?.updates ?? [],
  state: types[type]!.read(object?.state, bug),
})

export const isType = (type: string): boolean => Object.hasOwn(types, type)

type Of<K extends State['kind']> = Extract<State, { kind: K }>

const counter: Type = {
  change(state, { f, value }, { actor, bug }) {
    if (bug === 'CD2')
      return latestSum(state, f === 'increment' ? (value as number) : -(value as number), actor)
    const known = countsOf(state)
    const way = f === 'increment' ? 'up' : 'down'
    const counts = { [actor]: (known[way][actor] ?? 0) + (value as number) }
    return { state: { ...countsOf(undefined), [way]: counts }, told: {} }
  },
  read(state) {
    if (state?.kind === 'stamps') return state.entries['']?.value ?? 0
    const { up, down } = countsOf(state)
    return sum(up) - sum(down)
  },
}

const countsOf = (state: State | undefined): Of<'counts'> =>
  state?.kind === 'counts' ? state : { kind: 'counts', up: {}, down: {} }

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0)

/** A counter as somebody builds it who has a register. */
const latestSum = (state: State | undefined, amount: number, actor: string): Change => {
  const { stamp, value } = (state as Of<'stamps'> | undefined)?.entries[''] ?? {
    stamp: [0],
    value: 0,
  }
  const latest = { stamp: [stamp[0] + 1, actor] as const, value: (value as number) + amount }
  return { state: { kind: 'stamps', entries: { '': latest } }, told: {} }
}

/** Adds with dots, and removes of the dots that were observed (RR-7506, section 3.3.5). */
const orSet: Type = {
  change(state, { f, id, value = null }, { bug, dot }) {
    if (f === 'add') return { state: dots({ adds: { [dot()]: { id, value } } }), told: {} }
    const observed = visible(state).filter(([, added]) => added.value === value)
    const told = { observed: observed.map(([, added]) => added.id) }
    const removed = dots({ removed: observed.map(([one]) => one) })
    return { state: bug === 'CD4' ? { ...removed, purges: { [id]: value } } : removed, told }
  },
  read: (state) => [...new Set(visible(state).map(([, { value }]) => value))],
}

/** A write removes the writes that it observed (RR-7506, section 3.2.2). */
const mvRegister: Type = {
  change(state, { id, value = null }, { dot }) {
    const observed = visible(state)
    const adds = { [dot()]: { id, value } }
    return {
      state: dots({ adds, removed: observed.map(([one]) => one) }),
      told: { observed: observed.map(([, added]) => added.id) },
    }
  },
  read(state, bug) {
    const values = visible(state).map(([, { value }]) => value)
    return bug === 'CD7' ? values.slice(0, 1) : values
  },
}

const visible = (state: State | undefined): readonly (readonly [string, Added])[] =>
  state?.kind === 'dots' ? present(state) : []

const dots = (parts: {
  readonly adds?: Readonly<Record<string, Added>>
  readonly removed?: readonly string[]
}): Of<'dots'> => ({
  kind: 'dots',
  adds: parts.adds ?? {},
  removed: Object.fromEntries((parts.removed ?? []).map((dot) => [dot, true as const])),
  purges: {},
})

/** The latest update of an entry wins (RR-7506, section 3.2.1); a register has one entry. */
const lwwMap: Type = {
  change(_, { f, entry = '', value = null }, author) {
    const stamp = author.stamp()
    const latest = { stamp, value: f === 'remove' ? null : value }
    return {
      state: { kind: 'stamps', entries: { [entry]: latest } },
      told: { timestamp: stamp as readonly Json[] },
    }
  },
  read: (state) => Object.fromEntries(entriesOf(state)),
}

const lwwRegister: Type = {
  change: lwwMap.change,
  read: (state) => entriesOf(state)[0]?.[1] ?? null,
}

const entriesOf = (state: State | undefined): readonly (readonly [string, Json])[] =>
  state?.kind === 'stamps'
    ? Object.entries(state.entries).flatMap(([entry, { value }]): [string, Json][] =>
        value === null ? [] : [[entry, value]],
      )
    : []

const types: Readonly<Record<string, Type>> = {
  'g-counter': counter,
  'pn-counter': counter,
  'or-set': orSet,
  'mv-register': mvRegister,
  'lww-register': lwwRegister,
  'lww-map': lwwMap,
}
