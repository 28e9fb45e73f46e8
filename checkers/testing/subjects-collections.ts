/**
 * For tests: how operations on queues, stacks, priority queues, sets, counters, locks and several registers
 * are drawn, and what right ones answer. Values are few, so that they repeat.
 */
import fc from 'fast-check'
import type { Model } from '../model.ts'
import counter from '../models/counter.ts'
import lock from '../models/lock.ts'
import multiRegister from '../models/multi-register.ts'
import mutex from '../models/mutex.ts'
import priorityQueue from '../models/priority-queue.ts'
import queue from '../models/queue.ts'
import set from '../models/set.ts'
import stack from '../models/stack.ts'
import type { Subject } from './histories.ts'

const value = fc.nat(2)
type Items = readonly number[]

interface Kind {
  readonly model: Model
  readonly insert: string
  readonly remove: string
  /** Which element comes out. */
  readonly next: (items: Items) => number
}

const kinds: readonly Kind[] = [
  { model: queue, insert: 'enqueue', remove: 'dequeue', next: () => 0 },
  { model: stack, insert: 'push', remove: 'pop', next: (items) => items.length - 1 },
  {
    model: priorityQueue,
    insert: 'insert',
    remove: 'extract-min',
    next: (items) => items.indexOf(Math.min(...items)),
  },
]

const collections: readonly Subject<Items>[] = kinds.map(({ model, insert, remove, next }) => ({
  model,
  initial: [],
  call: fc.oneof(
    fc.record({ f: fc.constant(insert), value }),
    fc.record({ f: fc.constant(remove), value: fc.constant(null) }),
  ),
  perform: (items, { f, value: given }) => {
    if (f === insert) return { state: [...items, given as number], type: 'ok', value: given }
    const at = next(items)
    return { state: items.filter((_, i) => i !== at), type: 'ok', value: items[at] ?? null }
  },
  wrong: ({ f, value: given }, pick) => (f === insert ? given : [0, 1, 2, null][pick % 4]),
}))

/** Adds and removals answer whether they changed anything, except those of element 0. */
const setSubject: Subject<Items> = {
  model: set,
  initial: [],
  call: fc.oneof(
    fc.record({ f: fc.constantFrom('add', 'remove', 'contains'), value }),
    fc.record({ f: fc.constant('read'), value: fc.constant(null) }),
  ),
  perform: (items, { f, value: given }) => {
    const element = given as number
    const there = items.includes(element)
    const told = (changed: boolean) => (element === 0 ? null : changed)
    if (f === 'read') return { state: items, type: 'ok', value: items }
    if (f === 'contains') return { state: items, type: 'ok', value: there }
    if (f === 'add')
      return { state: there ? items : [...items, element], type: 'ok', value: told(!there) }
    return { state: items.filter((item) => item !== element), type: 'ok', value: told(there) }
  },
  wrong: ({ f }, pick) => (f === 'read' ? [[], [0], [1], [0, 2]][pick % 4] : pick % 2 === 0),
}

const counterSubject: Subject<number> = {
  model: counter,
  initial: 0,
  call: fc.oneof(
    fc.record({ f: fc.constantFrom('increment', 'decrement', 'read'), value: fc.constant(null) }),
    fc.record({ f: fc.constantFrom('add', 'add-and-get'), value }),
  ),
  perform: (sum, { f, value: given }) => {
    const by = f === 'increment' ? 1 : f === 'decrement' ? -1 : ((given as number | null) ?? 0)
    const after = sum + by
    const tells = f === 'read' || f === 'add-and-get'
    return { state: after, type: 'ok', value: tells ? after : given }
  },
  wrong: (_call, pick) => (pick % 4) - 1,
}

/** Anybody may release. A call with the value 5 meets a mutex that forgot whether it is held. */
const mutexSubject: Subject<boolean> = {
  model: mutex,
  initial: false,
  call: fc.record({ f: fc.constantFrom('acquire', 'release'), value: fc.nat(5) }),
  perform: (held, { f, value: given }) => ({
    state: f === 'acquire',
    type: held === (f === 'release') || given === 5 ? 'ok' : 'fail',
    value: null,
  }),
  wrong: () => null,
}

/** Tokens that a wrong lock gives out are small; who calls is not known here, so anybody may release. */
const lockSubject: Subject<{ readonly held: boolean; readonly token: number }> = {
  model: lock,
  initial: { held: false, token: 0 },
  call: mutexSubject.call,
  perform: ({ held, token }, { f }) => {
    const type = held === (f === 'release') ? 'ok' : 'fail'
    const next = token + 1
    if (f === 'release') return { state: { held: false, token }, type, value: null }
    return { state: { held: true, token: held ? token : next }, type, value: held ? null : next }
  },
  wrong: (_call, pick) => (pick % 3 === 0 ? null : pick % 5),
}

type Registers = Readonly<Record<string, number>>
type Accesses = readonly (readonly ['r' | 'w', string, number | null])[]

const multiRegisterSubject: Subject<Registers> = {
  model: multiRegister,
  initial: {},
  call: fc.record({
    f: fc.constant('txn'),
    value: fc.array(
      fc.oneof(
        fc.tuple(fc.constant('r'), fc.constantFrom('a', 'b', 'c'), fc.constant(null)),
        fc.tuple(fc.constant('w'), fc.constantFrom('a', 'b', 'c'), value),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  perform: (before, { value: given }) => {
    let state = before
    const seen = (given as Accesses).map(([f, register, written]) => {
      if (f === 'w') state = { ...state, [register]: written! }
      return [f, register, state[register] ?? null]
    })
    return { state, type: 'ok', value: seen }
  },
  wrong: ({ value: given }, pick) =>
    (given as Accesses).map(([f, register, written]) => [
      f,
      register,
      f === 'w' ? written : [null, 0, 1, 2][pick % 4],
    ]),
}

/** One of each model here, by its name. */
export const collectionSubjects: readonly Subject<unknown>[] = [
  ...collections,
  setSubject,
  counterSubject,
  mutexSubject,
  lockSubject,
  multiRegisterSubject,
] as readonly Subject<unknown>[]
