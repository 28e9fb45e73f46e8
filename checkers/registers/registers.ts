/**
 * A history of registers in columns: what each operation observed and what it installed, as versions.
 * A version is a value of one key, numbered so that equal values of a key are one version and values of
 * different keys never are. Everything that judges registers fast works on these columns alone: a
 * million operations as objects cost more than judging them.
 *
 * What counts is what the model `cas-register` reads: an ok read observes, a write installs, a
 * compare-and-set observes and installs; one that failed and told what it saw is a read. Left out is
 * what did not happen (`fail` with an error, a failed write) and what tells nothing (a read without an
 * answer).
 */
import { FAIL, type History, INFO, INVOKE, type Key, NEMESIS, NONE, OK } from '../history.ts'
import { NEVER } from '../linearizable/part.ts'
import { NotInModel, type RegisterSettings } from '../model.ts'
import { Versions } from './versions.ts'

/** The operations that count, numbered in the order of their invocations; one entry each a column. */
export class Registers {
  private keys: Int32Array | undefined
  private processes: Int32Array | undefined

  constructor(
    readonly history: History,
    readonly size: number,
    /** Position of the invocation in the history. */
    readonly start: Int32Array,
    /** Position of the completion, or NEVER: it may take effect at any time after its invocation, or not. */
    readonly end: Int32Array,
    /** The version that was there when it took effect, or NONE where it does not tell. */
    readonly observed: Int32Array,
    /** The version that it left behind, or NONE where it changes nothing. */
    readonly installed: Int32Array,
    /** Failed compare-and-sets that did not tell what they saw: operation → the version it was not. */
    readonly differs: ReadonlyMap<number, number>,
    /** The first versions are the initial ones of the keys: key k starts with version k. */
    readonly versions: Versions,
  ) {}

  /** Number of the key; keys are numbered as in `history.keys`, and no key comes after all of them. */
  get key(): Int32Array {
    this.keys ??= this.start.map((position) => keyAt(this.history, position))
    return this.keys
  }

  get process(): Int32Array {
    this.processes ??= this.start.map((position) => this.history.columns.process[position]!)
    return this.processes
  }
}

/** The number of the key of the event at a position; no key comes after all the others. */
export const keyAt = ({ columns: { key }, keys }: History, position: number): number =>
  key[position] === NONE ? keys.length : key[position]!

/** The key's name, or undefined for operations without one. */
export const keyName = ({ history }: Registers, key: number): Key | undefined => history.keys[key]

/** O(n). @throws NotInModel for an operation that registers do not have */
export const registers = (history: History, settings: RegisterSettings): Registers => {
  const { length, columns } = history
  const { type, partner, process, value } = columns
  const kinds = kindsOf(history)
  const wanted = invocations(history)
  const versions = new Versions(history.keys.length + 1, settings.initial, wanted, value.span)
  // The loop below is the hot one: columns in local names, one object at the end.
  const start = new Int32Array(wanted)
  const end = new Int32Array(wanted)
  const observed = new Int32Array(wanted)
  const installed = new Int32Array(wanted)
  const differs = new Map<number, number>()
  let size = 0
  for (let position = 0; position < length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    const completion = partner[position]!
    const outcome = completion === NONE ? INFO : type[completion]!
    const kind = kinds[columns.f[position]!]!
    const key = keyAt(history, position)
    let saw = NONE
    let left = NONE
    if (kind === READ) {
      if (outcome !== OK) continue
      saw = versions.at(key, value, completion)
    } else if (kind === WRITE) {
      if (outcome === FAIL) continue
      left = versions.at(key, value, position)
    } else {
      if (kind !== CAS || !settings.cas) throw strange(history, position, settings)
      if (value.listLength(position) < 2) throw noPair(history, position)
      if (outcome === FAIL) {
        if (settings.failedCas === 'drop' || history.error(completion) !== undefined) continue
        if (value.listLength(completion) >= 3) saw = versions.element(key, value, completion, 2)
        else differs.set(size, versions.element(key, value, position, 0))
      } else {
        saw = versions.element(key, value, position, 0)
        left = versions.element(key, value, position, 1)
        // Nobody knows whether it happened, and it changes nothing if it did.
        if (outcome === INFO && saw === left) continue
      }
    }
    start[size] = position
    end[size] = outcome === INFO ? NEVER : completion
    observed[size] = saw
    installed[size] = left
    size++
  }
  const cut = (full: Int32Array): Int32Array => full.subarray(0, size)
  return new Registers(
    ...([history, size, cut(start), cut(end), cut(observed), cut(installed)] as const),
    ...([differs, versions] as const),
  )
}

const OTHER = 0
export const READ = 1
export const WRITE = 2
export const CAS = 3
const kindOf: Readonly<Record<string, number>> = { read: READ, write: WRITE, cas: CAS }

/** The kind of each of a history's `fs`. */
export const kindsOf = ({ fs }: History): Uint8Array =>
  Uint8Array.from(fs, (f) => kindOf[f] ?? OTHER)

/** How many invocations there are, the nemesis' included; without branches, which cost more here. */
const invocations = ({ columns: { type }, length }: History): number => {
  let count = 0
  for (let position = 0; position < length; position++)
    count += (type[position]! - INVOKE - 1) >>> 31
  return count
}

const noPair = ({ columns: { index, value } }: History, position: number): NotInModel =>
  new NotInModel(
    `operation ${index[position]}: cas of ${JSON.stringify(value.at(position)) ?? 'nothing'}: ` +
      'expected [from, to]',
  )

const strange = (history: History, position: number, { cas }: RegisterSettings): NotInModel =>
  new NotInModel(
    `operation ${history.columns.index[position]}: ` +
      `f ${JSON.stringify(history.fs[history.columns.f[position]!])}: expected read${cas ? ', write or cas' : ' or write'}`,
  )
