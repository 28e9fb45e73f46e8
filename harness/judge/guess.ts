/** Which model the operations of a history from elsewhere belong to, where nobody says. */
import { type History, NEMESIS, OK } from '../../checkers/history.ts'
import { TRANSACTION } from '../../checkers/values.ts'
import { UsageError } from '../errors.ts'
import type { Choice } from './input.ts'

/** A model or checker, and the operations that only its histories consist of. */
interface Signature {
  readonly name: string
  readonly fs: readonly string[]
  /** Whether some read must have answered with a number: a counter and a set are both added to. */
  readonly reads?: 'number'
  /** The level to judge at, where a checker of the same name does not have all these operations. */
  readonly consistency?: readonly [string]
}

/** The first that fits counts. */
const signatures: readonly Signature[] = [
  { name: 'cas-register', fs: ['read', 'write', 'cas'] },
  { name: 'kv', fs: ['get', 'put', 'append'] },
  { name: 'counter', fs: ['add', 'read'], reads: 'number' },
  {
    name: 'counter',
    fs: ['add', 'increment', 'decrement', 'add-and-get', 'read'],
    reads: 'number',
    consistency: ['linearizable'],
  },
  { name: 'set', fs: ['add', 'read'] },
  { name: 'set', fs: ['add', 'remove', 'contains', 'read'], consistency: ['linearizable'] },
  { name: 'priority-queue', fs: ['insert', 'extract-min', 'delete-min', 'remove-min'] },
  { name: 'queue', fs: ['enqueue', 'dequeue', 'enq', 'deq'] },
  { name: 'total-queue', fs: ['enqueue', 'dequeue', 'drain'] },
  { name: 'stack', fs: ['push', 'pop'] },
  { name: 'mutex', fs: ['acquire', 'release'] },
  { name: 'unique-ids', fs: ['generate'] },
  { name: 'broadcast', fs: ['broadcast', 'read'] },
]

/** The model, or the checker. @throws UsageError when the operations do not tell */
export const guess = (path: string, history: History): Choice & { readonly model: string } => {
  const fs = clientFs(history)
  if (fs.includes('txn')) {
    if (fs.length === 1 && readsAndWrites(history)) return { model: 'multi-register' }
    if (fs.length === 1 && appends(history)) return { model: 'list-append' }
    throw new UsageError(
      `${path}: its operations are transactions (txn) of neither appends nor reads and writes: give --model`,
    )
  }
  const fits = ({ fs: own, reads }: Signature): boolean =>
    fs.length > 0 &&
    fs.every((f) => own.includes(f)) &&
    (reads === undefined || readsNumbers(history))
  const found = signatures.find(fits)
  if (found !== undefined) {
    const { name, consistency } = found
    return { model: name, ...(consistency === undefined ? {} : { consistency }) }
  }
  throw new UsageError(
    `${path}: its operations (${fs.join(', ')}) do not tell the model: give --model`,
  )
}

/** What to know about a guess: what it was, and how to choose otherwise. */
export const noteOn = (model: string): string =>
  `judged as ${model}, as its operations tell; ` +
  (model === 'multi-register'
    ? '--model rw-register judges levels of isolation instead, as Elle does'
    : '--model chooses another of "schism list"')

/** The operations that clients invoked. */
const clientFs = (history: History): readonly string[] => {
  const { f, process } = history.columns
  const seen = new Set<number>()
  for (let position = 0; position < history.length; position++)
    if (process[position] !== NEMESIS) seen.add(f[position]!)
  return [...seen].map((f) => history.fs[f]!)
}

const readsNumbers = ({ columns: { f, type, value }, fs, length }: History): boolean => {
  const read = fs.indexOf('read')
  for (let position = 0; position < length; position++)
    if (f[position] === read && type[position] === OK && typeof value.at(position) === 'number')
      return true
  return false
}

/** Whether all transactions consist of reads and writes of registers alone. */
const readsAndWrites = (history: History): boolean =>
  consistsOf(history, ['r', 'w', 'read', 'write'])

/** Whether all transactions consist of reads and appends. */
const appends = (history: History): boolean => consistsOf(history, ['r', 'append'])

const consistsOf = (
  { columns: { process, value }, length }: History,
  names: readonly string[],
): boolean => {
  if (!value.transactions.fs.every((name) => names.includes(name))) return false
  for (let position = 0; position < length; position++) {
    if (process[position] === NEMESIS || value.kind[position] === TRANSACTION) continue
    const steps: unknown = value.at(position)
    if (!Array.isArray(steps)) return false
    for (const step of steps)
      if (!Array.isArray(step) || !names.includes(String(step[0]))) return false
  }
  return true
}
