/**
 * Conflict-free replicated data types: counters, sets, registers and a map, a few objects of each, changed and read at all
 * replicas. Every update has an id, and a read tells which updates its replica had and what they came to; so each read is
 * judged by what its type makes of exactly these updates (`strong-eventual`, with `checkers/crdts/`).
 * When faults are healed and replicas have had time, every thread reads everything: is any update missing?
 */
import type { Crdt } from '../../checkers/crdts/crdt.ts'
import gCounter from '../../checkers/crdts/g-counter.ts'
import lwwMap from '../../checkers/crdts/lww-map.ts'
import lwwRegister from '../../checkers/crdts/lww-register.ts'
import mvRegister from '../../checkers/crdts/mv-register.ts'
import orSet from '../../checkers/crdts/or-set.ts'
import pnCounter from '../../checkers/crdts/pn-counter.ts'
import { stats } from '../../checkers/stats.ts'
import { strongEventualWith } from '../../checkers/strong-eventual.ts'
import type { Checker, Json, Key, Workload } from '../../harness/api.ts'
import {
  eachThread,
  iterate,
  later,
  limit,
  milliseconds,
  repeat,
  type Stream,
  sequence,
  stream,
  untilOk,
} from '../../harness/generators/index.ts'
import { onType } from './on-type.ts'
import { type CrdtUpdate, updateOf } from './updates.ts'

export type CrdtCall =
  /** Invoked with null; completes with the ids of the updates that the replica had, and the object's state. */
  | {
      readonly f: 'read'
      /** The type and a number: `or-set/2`. */
      readonly key?: Key
      readonly value: { readonly updates: readonly number[]; readonly state: Json } | null
    }
  /** Completes with what the replica chose as well: `timestamp` of a latest-wins type, `observed` ids of a remove. */
  | (CrdtUpdate & { readonly key?: Key })

const crdts: readonly Crdt[] = [gCounter, pnCounter, orSet, mvRegister, lwwRegister, lwwMap]
const names = crdts.map(({ name }) => name)

/** How often a thread tries each final read. */
const FINAL_TRIES = 10
/** One call of so many is a read. */
const READS = 3

type State = readonly [chance: Stream, id: number]

export default {
  summary: 'replicated data types: do equal updates lead to equal states, and the right ones?',
  client: 'crdt',
  safe: ['read'],
  options: {
    type: {
      summary: 'one type of object instead of all',
      default: 'all',
      choices: ['all', ...names],
    },
    objects: { summary: 'objects of each type', default: '3' },
    'settle-ms': { summary: 'how long replicas have before the final reads', default: '2000' },
  },
  plan({ random, options }) {
    const chosen = crdts.filter(({ name }) => options.type === 'all' || options.type === name)
    const keys = chosen.flatMap(({ name }) =>
      Array.from({ length: Math.max(1, Number(options.objects)) }, (_, n) => `${name}/${n}`),
    )
    const read = (key: string): CrdtCall => ({ f: 'read', key, value: null })
    const generator = iterate<State, CrdtCall>(
      [stream(random.fork('crdt').seed), 1],
      ([chance, id]) => {
        const [at, afterKey] = chance.int(0, keys.length - 1)
        const [kind, afterKind] = afterKey.int(1, READS)
        const key = keys[at]!
        if (kind === 1) return [read(key), [afterKind, id]]
        const [update, rest] = updateOf(key.split('/')[0]!, id, afterKind)
        return [{ ...update, key }, [rest, id + 1]]
      },
    )
    const finals = keys.map((key) => untilOk(limit(FINAL_TRIES, repeat(read(key)))))
    const checkers = chosen.map((crdt): [string, Checker<CrdtCall>] => [
      `strong-eventual ${crdt.name}`,
      onType(crdt.name, strongEventualWith({ crdt })),
    ])
    return {
      generator,
      final: later(
        milliseconds(Number(options['settle-ms'])),
        eachThread(sequence<CrdtCall>(...finals)),
      ),
      checkers: { ...Object.fromEntries(checkers), stats: stats({ needs: ['read'] }) },
    }
  },
} satisfies Workload<CrdtCall>
