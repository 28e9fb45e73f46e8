/**
 * A register with read, write and compare-and-set. A compare-and-set that failed with [from, to, saw]
 * is a read of `saw`; with [from, to] it shows that the value was another one than `from`. Both are
 * observations only where the system itself answered: a failure that carries an error did not happen.
 */
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

export type RegisterOp =
  | { readonly f: 'read'; readonly value: Primitive; readonly failedCas?: Pair }
  | { readonly f: 'write'; readonly value: Primitive }
  | { readonly f: 'cas'; readonly from: Primitive; readonly to: Primitive }
  /** A failed compare-and-set that did not tell what it saw. */
  | { readonly f: 'differs'; readonly from: Primitive; readonly failedCas: Pair }

type Pair = readonly [from: Primitive, to: Primitive]

/** A compare-and-set register with other settings than the default ones. */
export const configure = (settings: Settings = {}): Model<Primitive, RegisterOp> => ({
  name: 'cas-register',
  summary: 'a register with read, write and compare-and-set; the key parts the history',
  init: primitive(settings.initial),
  configure,
  operation: (recorded) => operation(recorded, settings.failedCas ?? 'observe'),
  step,
  pure: (op) => op.f === 'read' || op.f === 'differs' || (op.f === 'cas' && op.from === op.to),
  stateKey: (state) => state,
  opKey,
  partition: (_op, key) => key,
  explains,
  registers: {
    initial: primitive(settings.initial),
    failedCas: settings.failedCas ?? 'observe',
    cas: true,
  },
  words,
  observed,
  installed,
})

const operation = (recorded: Recorded, failedCas: 'observe' | 'drop'): RegisterOp | undefined => {
  const { f, value, outcome } = recorded
  if (f === 'read')
    return outcome === 'ok' ? { f: 'read', value: primitive(recorded.result) } : undefined
  if (f === 'write') return outcome === 'fail' ? undefined : { f: 'write', value: primitive(value) }
  if (f !== 'cas') throw new NotInModel(`f ${JSON.stringify(f)}: expected read, write or cas`)
  if (!Array.isArray(value) || value.length < 2)
    throw new NotInModel(`cas of ${JSON.stringify(value) ?? 'nothing'}: expected [from, to]`)
  const pair: Pair = [primitive(value[0]), primitive(value[1])]
  if (outcome !== 'fail') return { f: 'cas', from: pair[0], to: pair[1] }
  if (recorded.error || failedCas === 'drop') return undefined
  const { result } = recorded
  return Array.isArray(result) && result.length >= 3
    ? { f: 'read', value: primitive(result[2]), failedCas: pair }
    : { f: 'differs', from: pair[0], failedCas: pair }
}

const step = (state: Primitive, op: RegisterOp): Primitive | undefined => {
  switch (op.f) {
    case 'read':
      return state === op.value ? state : undefined
    case 'write':
      return op.value
    case 'cas':
      return state === op.from ? op.to : undefined
    case 'differs':
      return state === op.from ? undefined : state
  }
}

const opKey = (op: RegisterOp): string => {
  if (op.f === 'cas') return `c${tag(op.from)}>${tag(op.to)}`
  return op.f === 'differs' ? `d${tag(op.from)}` : `${op.f[0]}${tag(op.value)}`
}

/**
 * Take an install of v out of a legal order. Whatever stood between it and the next install saw v; if
 * nothing that stays saw v, expected v or relied on v not being something else, nothing that stays
 * stood there, except installs that overwrite without looking.
 */
const explains = (cause: RegisterOp, effect: RegisterOp): boolean => {
  const left = installed(cause)
  if (left === undefined) return false
  if (effect.f === 'differs') return left.value !== effect.from
  const seen = observed(effect)
  return seen !== undefined && seen.value === left.value
}

const words = (op: RegisterOp): string => {
  switch (op.f) {
    case 'read':
      return op.failedCas === undefined
        ? `read ${show(op.value)}`
        : `failed to ${compareAndSet(op.failedCas)} and saw ${show(op.value)}`
    case 'write':
      return `wrote ${show(op.value)}`
    case 'cas':
      return `did ${compareAndSet([op.from, op.to])}`
    case 'differs':
      return `failed to ${compareAndSet(op.failedCas)}`
  }
}

const compareAndSet = ([from, to]: Pair): string => `compare-and-set ${show(from)} to ${show(to)}`

const observed = (op: RegisterOp): { readonly value: Primitive } | undefined => {
  if (op.f === 'read') return { value: op.value }
  return op.f === 'cas' ? { value: op.from } : undefined
}

const installed = (op: RegisterOp): { readonly value: Primitive } | undefined => {
  if (op.f === 'write') return { value: op.value }
  return op.f === 'cas' ? { value: op.to } : undefined
}

export default configure()
