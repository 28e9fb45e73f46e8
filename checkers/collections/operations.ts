/**
 * What queues, stacks and priority queues have in common: elements go in and come out, one at a time,
 * and they differ in which one comes out. How their operations are read, compared and told, and which
 * may be the cause of which.
 *
 * A removal that completed without an element found nothing. One whose outcome is unknown takes out
 * whatever the object would have given. One that failed did not happen: whether it failed because there
 * was nothing, a history does not tell reliably.
 */
import { type Model, NotInModel, type Primitive, type Recorded, show, tag } from '../model.ts'

export type CollectionOp =
  | { readonly f: 'insert'; readonly value: Primitive }
  | { readonly f: 'remove'; readonly value: Primitive }
  /** A removal that found nothing. */
  | { readonly f: 'empty' }
  /** A removal of unknown outcome. */
  | { readonly f: 'take' }

/** What a kind of collection calls its operations. */
export interface Vocabulary {
  /** Names in histories; the first of each is the usual one. */
  readonly insert: readonly [string, ...string[]]
  readonly remove: readonly [string, ...string[]]
  /** In the past tense. */
  readonly inserted: string
  readonly removed: string
  /** The element as the model compares it. @throws NotInModel */
  readonly element: (value: unknown) => Primitive
}

type Face = Pick<
  Model<unknown, CollectionOp>,
  'operation' | 'pure' | 'opKey' | 'partition' | 'explains' | 'group' | 'words'
>

/** All of a model but its states. */
export const collectionFace = (vocabulary: Vocabulary): Face => ({
  operation: (recorded) => operation(recorded, vocabulary),
  pure: (op) => op.f === 'empty',
  opKey: (op) => ('value' in op ? op.f[0] + tag(op.value) : op.f),
  partition: (_op, key) => key,
  explains,
  group: (op) => ('value' in op ? op.value : undefined),
  words: (op) => words(op, vocabulary),
})

const operation = (recorded: Recorded, vocabulary: Vocabulary): CollectionOp | undefined => {
  const { f, outcome, value, result } = recorded
  const { insert, remove, element } = vocabulary
  if (insert.includes(f)) {
    if (value === null || value === undefined)
      throw new NotInModel(`${f} of nothing: expected an element; null stands for none`)
    return outcome === 'fail' ? undefined : { f: 'insert', value: element(value) }
  }
  if (!remove.includes(f))
    throw new NotInModel(`f ${JSON.stringify(f)}: expected ${insert[0]} or ${remove[0]}`)
  if (outcome === 'info') return { f: 'take' }
  if (outcome === 'fail') return undefined
  return result === null || result === undefined
    ? { f: 'empty' }
    : { f: 'remove', value: element(result) }
}

/**
 * All operations on one element make a group, and in each of these collections a legal order stays legal
 * without a group. Within it the insert is the cause of the removals. A removal makes way for other
 * elements, and for finding nothing; so does one of unknown outcome, which is the effect of none, for it may
 * always stay away.
 */
export const explains = (cause: CollectionOp, effect: CollectionOp): boolean => {
  if (effect.f === 'insert' || effect.f === 'take') return false
  if (cause.f === 'insert') return effect.f === 'remove' && effect.value === cause.value
  return cause.f === 'take' || cause.f === 'remove'
}

const words = (op: CollectionOp, { inserted, removed }: Vocabulary): string => {
  switch (op.f) {
    case 'insert':
      return `${inserted} ${show(op.value)}`
    case 'remove':
      return `${removed} ${show(op.value)}`
    case 'empty':
      return `${removed} nothing: it was empty`
    case 'take':
      return `may have ${removed} something`
  }
}
