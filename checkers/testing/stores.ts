/**
 * For tests: histories of replicated stores that keep exactly what they promise, long enough that no
 * oracle could judge them. A level that calls one of its own stores a violation raises a false alarm.
 */
import { type EventInput, History } from '../history.ts'

/**
 * - `atomic`: every operation takes effect between its invocation and its completion;
 * - `sequential`: one log; every process has applied a prefix of it that never shrinks and holds its own
 *   writes;
 * - `prefix`: one log; the reads of a process see a prefix of it that never shrinks, perhaps without the
 *   process' own writes;
 * - `causal-memory`: a replica a process; writes arrive after what their writer had applied, and the last
 *   one to arrive counts (Ahamad et al. 1995);
 * - `causal-convergence`: the same, and the write with the largest timestamp counts;
 * - `pram`: a replica a process; the writes of each process arrive in their order (Lipton and Sandberg 1988).
 */
export const stores = [
  'atomic',
  'sequential',
  'prefix',
  'causal-memory',
  'causal-convergence',
  'pram',
] as const
export type StoreKind = (typeof stores)[number]

export interface Size {
  readonly operations: number
  readonly processes: number
  readonly keys: number
}

/** A history of such a store, always the same for a seed. Written values are unique in the history. */
export const storeHistory = (kind: StoreKind, seed: number, size: Size): History => {
  const dice = diceOf(seed)
  const store = storeOf(kind, size, dice)
  const events: EventInput[] = []
  const open = new Map<number, Open>()
  for (let invoked = 0; invoked < size.operations || open.size > 0; ) {
    const process = dice(size.processes)
    const pending = open.get(process)
    if (pending !== undefined) {
      const answer = pending.answer ?? store(process, pending.write, pending.key)
      const { key, f } = pending
      events.push({ process, type: 'ok', f, key, value: pending.write ?? answer.value })
      open.delete(process)
    } else if (invoked < size.operations) {
      invoked++
      const write = dice(2) === 0 ? invoked : undefined
      const key = dice(size.keys)
      const f = write === undefined ? 'read' : 'write'
      events.push({ process, type: 'invoke', f, key, value: write ?? null })
      const answer = dice(2) === 0 ? store(process, write, key) : undefined
      open.set(process, { f, key, write, answer })
    }
  }
  return History.from(events)
}

interface Open {
  readonly f: string
  readonly key: number
  readonly write: number | undefined
  /** What it did, when it took effect at its invocation. */
  readonly answer: Answer | undefined
}

interface Answer {
  readonly value: number | null
}

/** Performs a write, or a read where there is no value to write. */
type Store = (process: number, write: number | undefined, key: number) => Answer
type Dice = (below: number) => number

const storeOf = (kind: StoreKind, size: Size, dice: Dice): Store => {
  if (kind === 'atomic' || kind === 'sequential' || kind === 'prefix')
    return logStore(kind, size, dice)
  return replicatedStore(kind, size, dice)
}

const logStore = (
  kind: 'atomic' | 'sequential' | 'prefix',
  { processes }: Size,
  dice: Dice,
): Store => {
  const log: { readonly key: number; readonly value: number }[] = []
  const applied = new Array<number>(processes).fill(0)
  const prefixOf = (process: number): number => {
    const from = kind === 'atomic' ? log.length : applied[process]!
    return from + dice(log.length - from + 1)
  }
  return (process, write, key) => {
    if (write !== undefined) log.push({ key, value: write })
    const until = write === undefined ? prefixOf(process) : log.length
    if (write === undefined || kind === 'sequential') applied[process] = until
    return { value: log.slice(0, until).findLast((entry) => entry.key === key)?.value ?? null }
  }
}

interface Write {
  readonly key: number
  readonly value: number
  readonly process: number
  readonly timestamp: number
  /** How many writes of each process its writer had applied. */
  readonly after: readonly number[]
}

const replicatedStore = (
  kind: 'causal-memory' | 'causal-convergence' | 'pram',
  { processes }: Size,
  dice: Dice,
): Store => {
  const writes = Array.from({ length: processes }, (): Write[] => [])
  const replicas = writes.map(() => ({
    applied: new Array<number>(processes).fill(0),
    state: new Map<number, Write>(),
    clock: 0,
  }))
  const arrivable = ({ after, process }: Write, applied: readonly number[]): boolean =>
    after.every(
      (count, other) => (kind === 'pram' && other !== process) || applied[other]! >= count,
    )
  const apply = (at: number, write: Write): void => {
    const replica = replicas[at]!
    const known = replica.state.get(write.key)
    const wins = kind !== 'causal-convergence' || known === undefined || newer(write, known)
    if (wins) replica.state.set(write.key, write)
    replica.applied[write.process]!++
    replica.clock = Math.max(replica.clock, write.timestamp)
  }
  const receive = (at: number): void => {
    for (let tries = dice(2 * processes); tries > 0; tries--) {
      const from = dice(processes)
      const next = writes[from]![replicas[at]!.applied[from]!]
      if (next !== undefined && arrivable(next, replicas[at]!.applied)) apply(at, next)
    }
  }
  return (process, value, key) => {
    const replica = replicas[process]!
    receive(process)
    if (value === undefined) return { value: replica.state.get(key)?.value ?? null }
    const timestamp = replica.clock + 1
    const write = { key, value, process, timestamp, after: [...replica.applied] }
    writes[process]!.push(write)
    apply(process, write)
    return { value }
  }
}

const newer = (a: Write, b: Write): boolean =>
  a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.process > b.process)

const diceOf = (seed: number): Dice => {
  let state = (seed ^ 0x9e3779b9) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
