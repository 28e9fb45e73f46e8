/**
 * A set: `add` an element, `remove` one, ask whether it `contains` one, `read` all of them. Where an add or
 * a removal completes with true or false, it tells whether it changed anything; with anything else it
 * tells nothing. Each element is an object of its own, unless whole sets are read.
 */
import { type CanonicalMap, CanonicalMaps, empty } from '../collections/canonical-maps.ts'
import {
  type Model,
  NotInModel,
  type Primitive,
  primitive,
  type Recorded,
  show,
  tag,
} from '../model.ts'

export type SetOp =
  /** `absent`: it answered that the element was not there before. */
  | { readonly f: 'add'; readonly value: Primitive; readonly absent: boolean }
  /** `present`: it answered that the element was there before. */
  | { readonly f: 'remove'; readonly value: Primitive; readonly present: boolean }
  /** Also an add or a removal that answered that it changed nothing: `by`. */
  | {
      readonly f: 'contains'
      readonly value: Primitive
      readonly answer: boolean
      readonly by: 'contains' | 'add' | 'remove'
    }
  | { readonly f: 'read'; readonly elements: ReadonlySet<Primitive> }

export interface SetState {
  readonly maps: CanonicalMaps
  readonly elements: CanonicalMap
  /** What each read expects, made when first asked for. */
  readonly expected: Map<SetOp, CanonicalMap>
}

const operation = ({ f, outcome, value, result }: Recorded): SetOp | undefined => {
  switch (f) {
    case 'read':
      if (outcome !== 'ok') return undefined
      if (Array.isArray(result)) return { f, elements: new Set(result.map(primitive)) }
      throw new NotInModel(`read of ${JSON.stringify(result)}: expected a list of elements`)
    case 'contains':
      if (outcome !== 'ok') return undefined
      if (typeof result === 'boolean')
        return { f, value: primitive(value), answer: result, by: 'contains' }
      throw new NotInModel(`contains answered ${JSON.stringify(result)}: expected true or false`)
    case 'add':
    case 'remove': {
      if (outcome === 'fail') return undefined
      const element = primitive(value)
      if (outcome === 'ok' && result === false)
        return { f: 'contains', value: element, answer: f === 'add', by: f }
      const told = outcome === 'ok' && result === true
      return f === 'add'
        ? { f, value: element, absent: told }
        : { f, value: element, present: told }
    }
  }
  throw new NotInModel(`f ${JSON.stringify(f)}: expected add, remove, contains or read`)
}

const step = (state: SetState, op: SetOp): SetState | undefined => {
  const { maps, elements, expected } = state
  if (op.f === 'read') return elements === expectedBy(op, state) ? state : undefined
  const key = maps.number(op.value)
  const there = maps.get(elements, key) !== undefined
  if (op.f === 'contains') return there === op.answer ? state : undefined
  if (op.f === 'add') {
    if (there) return op.absent ? undefined : state
    return { maps, elements: maps.set(elements, key, 1), expected }
  }
  if (!there) return op.present ? undefined : state
  return { maps, elements: maps.delete(elements, key), expected }
}

const expectedBy = (
  read: Extract<SetOp, { f: 'read' }>,
  { maps, expected }: SetState,
): CanonicalMap => {
  const known = expected.get(read)
  if (known !== undefined) return known
  let map = empty
  for (const element of read.elements) map = maps.set(map, maps.number(element), 1)
  expected.set(read, map)
  return map
}

const opKey = (op: SetOp): string => {
  if (op.f === 'read') return `?${[...op.elements].map(tag).sort().join()}`
  if (op.f === 'contains') return `${op.answer ? '∋' : '∌'}${tag(op.value)}`
  if (op.f === 'add') return `${op.absent ? '+!' : '+'}${tag(op.value)}`
  return `${op.present ? '-!' : '-'}${tag(op.value)}`
}

/** An add is the cause of what shows its element there, a removal of what shows it is not. */
const explains = (cause: SetOp, effect: SetOp): boolean => {
  if (cause.f !== 'add' && cause.f !== 'remove') return false
  if (effect.f === 'read') return effect.elements.has(cause.value) === (cause.f === 'add')
  if (effect.value !== cause.value) return false
  if (effect.f === 'contains') return effect.answer === (cause.f === 'add')
  return cause.f === 'add'
    ? effect.f === 'remove' && effect.present
    : effect.f === 'add' && effect.absent
}

const words = (op: SetOp): string => {
  switch (op.f) {
    case 'read': {
      const elements = [...op.elements]
      const more = elements.length > 8 ? `, … (${elements.length})` : ''
      return `read {${elements.slice(0, 8).map(show).join(', ')}${more}}`
    }
    case 'contains':
      return `found ${show(op.value)} ${op.answer ? '' : 'not '}there${attempts[op.by]}`
    case 'add':
      return `added ${show(op.value)}${op.absent ? ', which was not there,' : ''}`
    case 'remove':
      return `removed ${show(op.value)}${op.present ? ', which was there,' : ''}`
  }
}

const attempts = { contains: '', add: ' when adding it', remove: ' when removing it' }

export default {
  name: 'set',
  summary:
    'a set with add, remove, contains and read; the key parts the history, and so do elements',
  get init(): SetState {
    return { maps: new CanonicalMaps(), elements: empty, expected: new Map() }
  },
  operation,
  step,
  pure: (op) => op.f === 'contains' || op.f === 'read',
  stateKey: ({ elements }) => elements.id,
  opKey,
  partition: (_op, key) => key,
  touches: (op) => (op.f === 'read' ? undefined : [op.value]),
  collection: 'set',
  explains,
  words,
} satisfies Model<SetState, SetOp>
