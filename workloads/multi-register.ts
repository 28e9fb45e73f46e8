/**
 * Groups of registers that transactions read and write at once: does everybody see all of a transaction or nothing? Half of
 * the transactions read the whole group, as a report or a backup does; of the others each writes one new value to two
 * registers, and some read a third. A group is judged for strict serializability: one order of all its transactions that real time allows.
 */
import { linearizable } from '../checkers/linearizable.ts'
import multiRegister from '../checkers/models/multi-register.ts'
import { stats } from '../checkers/stats.ts'
import type { Key, Workload } from '../harness/api.ts'
import { iterate, limit, perKey, type Stream, stream } from '../harness/generators/index.ts'

/** Invoked with null where it reads; completes with the same list, in which the reads hold what they saw. */
export interface MultiRegisterCall {
  readonly f: 'txn'
  /** The group. */
  readonly key?: Key
  readonly value: readonly RegisterAccess[]
}
export type RegisterAccess = readonly [kind: 'r' | 'w', register: string, value: number | null]

type State = readonly [chance: Stream, fresh: number]

export default {
  summary: 'transactions on groups of registers: is a transaction seen whole or not at all?',
  client: 'multi-register',
  safe: [],
  options: {
    registers: { summary: 'registers in a group', default: '4' },
    'threads-per-key': { summary: 'client threads that share a group', default: '5' },
    'ops-per-key': {
      summary: 'transactions on a group before its threads move on',
      default: '100',
    },
  },
  plan({ random, options }) {
    const names = Array.from(
      { length: Math.max(2, Number(options.registers)) },
      (_, n) => `r${n + 1}`,
    )
    const transactions = (key: number) =>
      iterate<State, MultiRegisterCall>(
        [stream(random.fork(`key ${key}`).seed), 1],
        ([chance, fresh]) => {
          const [kind, then] = chance.int(0, 3)
          if (kind < 2) return [{ f: 'txn', value: names.map(read) }, [then, fresh]]
          const [from, rest] = then.int(0, names.length - 1)
          const [first, second, third] = [0, 1, 2].map((n) => names[(from + n) % names.length]!)
          const writes = [first!, second!].map((name): RegisterAccess => ['w', name, fresh])
          const value = kind === 2 ? writes : [read(third!), ...writes]
          return [{ f: 'txn', value }, [rest, fresh + 1]]
        },
      )
    return {
      generator: perKey<MultiRegisterCall>(Number(options['threads-per-key']), (key) =>
        limit(Number(options['ops-per-key']), transactions(key)),
      ),
      checkers: {
        linearizable: linearizable(multiRegister),
        stats: stats({ needs: ['txn'] }),
      },
    }
  },
} satisfies Workload<MultiRegisterCall>

const read = (name: string): RegisterAccess => ['r', name, null]
