/**
 * For tests: the definition of eventual consistency carried out literally, by trying every order of the
 * updates, and random small histories of replicas to compare the checker with.
 */
import fc from 'fast-check'
import type { Order } from '../eventual/cells.ts'
import { type EventInput, History, type Operation } from '../history.ts'

/** `lost 3`, `divergence x`, …: every departure, by element or key, and `unknown` where one is open. */
export const departures = (history: History, order: Order = 'realtime'): readonly string[] => {
  const operations = [...history.operations()]
  const isSet =
    operations.some(({ invoke: { f } }) => f === 'add' || f === 'remove') ||
    (operations.every(({ invoke: { f } }) => f === 'read') &&
      operations.some(
        ({ outcome, completion }) => outcome === 'ok' && Array.isArray(completion!.value),
      ))
  const events = [...history]
  const rest = events.findLast(
    ({ process, f, type }) =>
      process === 'nemesis' || (f !== 'read' && (type === 'invoke' || type === 'ok')),
  )
  const keys = new Set(operations.map(({ invoke }) => invoke.key))
  return [...keys]
    .flatMap((key) => {
      const own = operations.filter(({ invoke }) => invoke.key === key)
      const nodes = new Set(operations.map(({ invoke }) => invoke.node).toSorted())
      return ofKey({ own, rest: rest?.index ?? -1, isSet, nodes, order })
    })
    .toSorted()
}

interface Problem {
  readonly own: readonly Operation[]
  readonly rest: number
  readonly isSet: boolean
  readonly nodes: ReadonlySet<string | undefined>
  readonly order: Order
}

type State = string | number | null

const ofKey = ({ own, rest, isSet, nodes, order }: Problem): string[] => {
  const reads = own.filter(({ invoke, outcome }) => invoke.f === 'read' && outcome === 'ok')
  const updates = own.filter(({ invoke, outcome }) => invoke.f !== 'read' && outcome !== 'fail')
  const found = new Set<string>()
  const cells: readonly unknown[] = isSet
    ? [
        ...new Set(
          own.flatMap(({ invoke, completion }) => elements(invoke.value, completion?.value)),
        ),
      ]
    : [own[0]!.invoke.key ?? 'the register']
  if (updates.length > 0)
    for (const node of nodes)
      if (!reads.some(({ invoke }) => invoke.index > rest && invoke.node === node))
        found.add('unknown')
  for (const cell of cells) {
    const shown = (read: Operation): State =>
      isSet ? Number((read.completion!.value as unknown[]).includes(cell)) : answered(read)
    const touching = isSet ? updates.filter(({ invoke }) => invoke.value === cell) : updates
    const led = (update: Operation): State =>
      isSet ? Number(update.invoke.f === 'add') : written(update)
    const initial = isSet ? 0 : null
    for (const read of reads) {
      const state = shown(read)
      const explained = touching.some(
        (update) => led(update) === state && update.invoke.index < read.completion!.index,
      )
      if (state !== initial && !explained) found.add(`phantom ${cell}`)
      const twice = isSet && (read.completion!.value as unknown[]).filter((e) => e === cell)
      if (twice && twice.length > 1) found.add(`duplicated ${cell}`)
    }
    const last = [...nodes].flatMap((node) => {
      const final = reads.filter(({ invoke }) => invoke.index > rest && invoke.node === node)
      const ends = final.filter(
        ({ completion }) => !final.some(({ invoke }) => invoke.index > completion!.index),
      )
      return ends.length === 0 ? [] : [new Set(ends.map(shown))]
    })
    if (last.length === 0) continue
    if (last.some((states) => states.size > 1)) {
      found.add('unknown')
      continue
    }
    const states = [...new Set(last.flatMap((some) => [...some]))]
    const endings = endingsOf(touching, led, initial, order)
    if (states.length === 1) {
      const [state] = states as [State]
      const ever = state === initial || touching.some((update) => led(update) === state)
      if (ever && !endings.has(state))
        found.add(`${isSet && state === 1 ? 'resurrected' : 'lost'} ${cell}`)
      continue
    }
    const isLate = (state: State): boolean => {
      const ways = touching.filter((update) => led(update) === state)
      const early = reads.some((read) => shown(read) === state && read.completion!.index < rest)
      const settled = isSet
        ? state === 1 && touching.every(({ invoke }) => invoke.f === 'add')
        : ways.length === 1
      return ways.some(({ outcome }) => outcome === 'info') && !(early && settled)
    }
    // The first site and the last one that differs from it.
    const first = states[0]!
    const other = [...last.map((some) => [...some][0]!)].findLast((state) => state !== first)!
    if (endings.has(first) && endings.has(other) && (isLate(first) || isLate(other)))
      found.add('unknown')
    else found.add(`divergence ${cell}`)
  }
  return [...found]
}

const elements = (invoked: unknown, completed: unknown): readonly unknown[] =>
  [invoked, completed].flatMap((value) =>
    value === null || value === undefined ? [] : Array.isArray(value) ? value : [value],
  )

const answered = ({ completion }: Operation): State => completion!.value as State
const written = ({ invoke: { f, value } }: Operation): State =>
  (f === 'cas' ? (value as State[])[1] : value) as State

/** The states that some order of the acknowledged and any of the indeterminate updates ends in. */
const endingsOf = (
  updates: readonly Operation[],
  led: (update: Operation) => State,
  initial: State,
  order: Order,
): ReadonlySet<State> => {
  const endings = new Set<State>()
  const go = (state: State, left: readonly Operation[]): void => {
    if (left.every(({ outcome }) => outcome === 'info')) endings.add(state)
    for (const next of left) {
      const rest = left.filter((other) => other !== next)
      const waits = rest.some(
        ({ outcome, completion }) => outcome === 'ok' && completion!.index < next.invoke.index,
      )
      if (order === 'any' || !waits) go(led(next), rest)
    }
  }
  go(initial, updates)
  return endings
}

const heal: EventInput = {
  process: 'nemesis',
  type: 'info',
  f: 'observe',
  value: { kind: 'recovered', afterMs: 1 },
}

/**
 * Random histories of three nodes: updates take effect at once, some outcomes stay unknown, some answers
 * are made wrong, and in the end most nodes are read.
 */
export const replicaHistories = (kind: 'set' | 'register'): fc.Arbitrary<History> =>
  fc
    .record({
      steps: fc.array(
        fc.record({
          thread: fc.nat(3),
          pick: fc.nat(9),
          value: fc.nat(2),
          fate: fc.nat(9),
          early: fc.boolean(),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      finals: fc.array(fc.record({ node: fc.nat(2), wrong: fc.nat(7), overlap: fc.boolean() }), {
        maxLength: 5,
      }),
      healed: fc.boolean(),
    })
    .map(({ steps, finals, healed }) => History.from(play(kind, steps, finals, healed)))

type Step = { thread: number; pick: number; value: number; fate: number; early: boolean }

const play = (
  kind: 'set' | 'register',
  steps: readonly Step[],
  finals: readonly { node: number; wrong: number; overlap: boolean }[],
  healed: boolean,
): EventInput[] => {
  const events: EventInput[] = []
  let state: readonly number[] = []
  const open = new Map<number, { f: string; value: unknown; early: boolean }>()
  const processes = [0, 1, 2, 3]
  const apply = ({ f, value }: { f: string; value: unknown }): void => {
    if (f === 'write') state = [value as number]
    if (f === 'cas') state = [(value as number[])[1]!]
    if (f === 'add') state = [...new Set([...state, value as number])]
    if (f === 'remove') state = state.filter((element) => element !== value)
  }
  const answer = (): unknown => (kind === 'set' ? state : (state[0] ?? null))
  for (const { thread, pick, value, fate, early } of steps) {
    const process = processes[thread]!
    const at = { process, node: `n${thread % 3}` }
    const pending = open.get(thread)
    if (pending === undefined) {
      const [first, second] = kind === 'set' ? ['add', 'remove'] : ['write', 'cas']
      const f = pick < 2 ? 'read' : pick < 7 ? first! : second!
      const given = f === 'read' ? null : f === 'cas' ? [9, value] : value
      events.push({ ...at, type: 'invoke', f, value: given })
      if (early) apply({ f, value: given })
      open.set(thread, { f, value: given, early })
      continue
    }
    open.delete(thread)
    const { f } = pending
    const type = fate < 2 ? 'info' : fate < 3 && !pending.early ? 'fail' : 'ok'
    if (!pending.early && type !== 'fail' && fate !== 0) apply(pending)
    if (type === 'info') processes[thread]! += 4
    const read = fate === 9 ? (kind === 'set' ? [value, value] : value) : answer()
    events.push({ ...at, type, f, value: f === 'read' ? read : pending.value })
  }
  if (healed) events.push(heal)
  finals.forEach(({ node, wrong, overlap }, number) => {
    const at = { process: 100 + number, node: `n${node}`, f: 'read' }
    const right = answer()
    const shown = wrong > 2 ? right : kind === 'set' ? toggled(state, wrong) : wrong
    events.push({ ...at, type: 'invoke', value: null })
    const completed: EventInput = { ...at, type: 'ok', value: shown }
    const before = events.at(-2)
    if (overlap && before?.type === 'ok' && (before.process as number) >= 100)
      events.splice(-2, 2, events.at(-1)!, before)
    events.push(completed)
  })
  return events
}

const toggled = (state: readonly number[], element: number): readonly number[] =>
  state.includes(element) ? state.filter((other) => other !== element) : [...state, element]
