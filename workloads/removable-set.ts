/**
 * A set from which elements are removed as well: every add carries a new element, some time after its acknowledgement
 * it is removed, once. When the faults are healed and the replicas have had time to agree, every thread reads
 * the whole set: nothing that was removed may be back, nothing that was added gone.
 */
import { eventual } from '../checkers/eventual.ts'
import { stats } from '../checkers/stats.ts'
import type { Generator, Workload } from '../harness/api.ts'
import {
  eachThread,
  later,
  limit,
  milliseconds,
  repeat,
  type Stream,
  stream,
  untilOk,
} from '../harness/generators/index.ts'

/** A set of whole numbers. */
export type RemovableSetCall =
  | { readonly f: 'add'; readonly value: number }
  | { readonly f: 'remove'; readonly value: number }
  /** Invoked with null; completes with all elements. */
  | { readonly f: 'read'; readonly value: readonly number[] | null }

const read: RemovableSetCall = { f: 'read', value: null }

/** How often a thread tries its final read. */
const FINAL_TRIES = 10
/** One call of so many is a read. */
const READS = 40

export default {
  summary: 'a set with removes: is nothing gone, and nothing back that was removed?',
  client: 'removable-set',
  safe: ['read'],
  options: {
    'settle-ms': {
      summary: 'how long replicas have to agree before the final reads',
      default: '2000',
    },
  },
  plan({ random, options }) {
    const chance = stream(random.fork('removable-set').seed)
    const settleNs = milliseconds(Number(options['settle-ms']))
    return {
      generator: changes({ chance, fresh: 0, present: [] }),
      final: later(settleNs, eachThread(untilOk(limit(FINAL_TRIES, repeat(read))))),
      checkers: { eventual, stats: stats({ needs: ['add', 'remove', 'read'] }) },
    }
  },
} satisfies Workload<RemovableSetCall>

interface State {
  readonly chance: Stream
  readonly fresh: number
  /** Acknowledged elements that nobody has tried to remove. */
  readonly present: readonly number[]
}

/** Half adds, half removes of elements drawn from those that are there. */
const changes = (state: State): Generator<RemovableSetCall> => ({
  step(context) {
    const thread = context.free[0]
    if (thread === undefined) return { kind: 'pending', next: this }
    const [call, next] = nextOf(state)
    return { kind: 'call', call, at: context.time, thread, next: changes(next) }
  },
  update(_, { type, f, value }) {
    if (type !== 'ok' || f !== 'add') return this
    return changes({ ...state, present: [...state.present, value] })
  },
})

const nextOf = ({ chance, fresh, present }: State): readonly [RemovableSetCall, State] => {
  const [kind, then] = chance.int(0, READS - 1)
  if (kind === 0) return [read, { chance: then, fresh, present }]
  if (kind % 2 === 1 || present.length === 0)
    return [
      { f: 'add', value: fresh },
      { chance: then, fresh: fresh + 1, present },
    ]
  const [at, rest] = then.int(0, present.length - 1)
  const value = present[at]!
  return [
    { f: 'remove', value },
    { chance: rest, fresh, present: present.toSpliced(at, 1) },
  ]
}
