/**
 * Several registers that a transaction reads and writes at once: Knossos' multi-register. The value of an
 * operation is a list of `["r", "x", null]` and `["w", "x", 2]` (or `read`, `write`); it completes with the
 * same list, in which the reads hold what they saw. Null is a register that was never written. Registers
 * that no transaction ties together are objects of their own.
 */
import { type CanonicalMap, CanonicalMaps, empty } from '../collections/canonical-maps.ts'
import {
  type Model,
  NotInModel,
  type Primitive,
  primitive,
  type Recorded,
  type Settings,
  show,
  tag,
} from '../model.ts'

export interface MultiRegisterOp {
  /** What the registers held before the transaction; a second value cannot have been there as well. */
  readonly reads: readonly Access[]
  /** What they held after it. */
  readonly writes: ReadonlyMap<Primitive, Primitive>
  /** A read of something else than the transaction itself had written just before. */
  readonly contradictory: boolean
  /** The list as recorded. */
  readonly accesses: readonly Access[]
}

interface Access {
  readonly f: 'r' | 'w'
  readonly register: Primitive
  readonly value: Primitive
}

export interface MultiRegisterState {
  readonly maps: CanonicalMaps
  /** The registers that were written. */
  readonly values: CanonicalMap
}

/** Registers that begin with another value than null. */
export const configure = (settings: Settings = {}): Model<MultiRegisterState, MultiRegisterOp> => {
  const initial = primitive(settings.initial)
  return {
    name: 'multi-register',
    summary: 'several registers that transactions read and write; the key parts the history',
    get init(): MultiRegisterState {
      return { maps: new CanonicalMaps(), values: empty }
    },
    configure,
    operation,
    step: (state, op) => step(state, op, initial),
    pure: (op) => op.writes.size === 0,
    stateKey: ({ values }) => values.id,
    opKey: ({ accesses }) =>
      accesses.map(({ f, register, value }) => `${f}${tag(register)}=${tag(value)}`).join(),
    partition: (_op, key) => key,
    touches: ({ accesses }) => accesses.map(({ register }) => register),
    explains: (cause, effect) =>
      effect.reads.some(
        ({ register, value }) => cause.writes.has(register) && cause.writes.get(register) === value,
      ),
    words: ({ accesses }) => {
      const told = accesses.map(
        ({ f, register, value }) =>
          `${f === 'r' ? 'read' : 'wrote'} ${show(register)} = ${show(value)}`,
      )
      return told.length === 0 ? 'did nothing' : told.join(', ')
    },
  }
}

const operation = ({ f, outcome, value, result }: Recorded): MultiRegisterOp | undefined => {
  if (f !== 'txn') throw new NotInModel(`f ${JSON.stringify(f)}: expected txn`)
  if (outcome === 'fail') return undefined
  const invoked = list(value)
  if (outcome === 'info') return read(invoked.filter((access) => access.f === 'w'))
  const completed = list(result)
  const same =
    completed.length === invoked.length &&
    completed.every(
      ({ f: kind, register, value: now }, at) =>
        kind === invoked[at]!.f &&
        register === invoked[at]!.register &&
        (kind === 'r' || now === invoked[at]!.value),
    )
  if (same) return read(completed)
  throw new NotInModel(
    `txn ${JSON.stringify(value)} completed with ${JSON.stringify(result)}: expected the same list`,
  )
}

const kinds: Readonly<Record<string, 'r' | 'w'>> = { r: 'r', read: 'r', w: 'w', write: 'w' }

const list = (value: unknown): Access[] => {
  if (!Array.isArray(value))
    throw new NotInModel(`txn of ${JSON.stringify(value)}: expected a list of reads and writes`)
  return value.map((access: unknown) => {
    const kind = Array.isArray(access) ? kinds[String(access[0])] : undefined
    if (kind === undefined)
      throw new NotInModel(`${JSON.stringify(access)}: expected ["r", register, value] or ["w", …]`)
    const [, register, written] = access as readonly unknown[]
    return { f: kind, register: primitive(register), value: primitive(written) }
  })
}

const read = (accesses: readonly Access[]): MultiRegisterOp => {
  const writes = new Map<Primitive, Primitive>()
  const reads: Access[] = []
  let contradictory = false
  for (const access of accesses) {
    const { f, register, value } = access
    if (f === 'w') writes.set(register, value)
    else if (!writes.has(register)) reads.push(access)
    else if (writes.get(register) !== value) contradictory = true
  }
  return { reads, writes, contradictory, accesses }
}

const step = (
  { maps, values }: MultiRegisterState,
  op: MultiRegisterOp,
  initial: Primitive,
): MultiRegisterState | undefined => {
  if (op.contradictory) return undefined
  for (const { register, value } of op.reads) {
    const held = maps.get(values, maps.number(register))
    if ((held === undefined ? initial : maps.name(held)) !== value) return undefined
  }
  let after = values
  for (const [register, value] of op.writes) {
    const key = maps.number(register)
    // A register that holds what it began with is as good as one that was never written.
    after = value === initial ? maps.delete(after, key) : maps.set(after, key, maps.number(value))
  }
  return { maps, values: after }
}

export default configure()
