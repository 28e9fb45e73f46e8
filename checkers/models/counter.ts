/**
 * A counter: `add` a whole number, `increment` and `decrement` by one or by their value, `read`, and
 * `add-and-get`, which completes with the sum. What the other updates complete with is not looked at: many
 * clients repeat the value that they sent.
 */
import { type Model, NotInModel, type Recorded, type Settings } from '../model.ts'

export type CounterOp =
  | { readonly f: 'add'; readonly by: number }
  | { readonly f: 'add-and-get'; readonly by: number; readonly sum: number }
  | { readonly f: 'read'; readonly sum: number }

/** A counter that begins with another number than zero. */
export const configure = (settings: Settings = {}): Model<number, CounterOp> => ({
  name: 'counter',
  summary:
    'a counter with add, increment, decrement, add-and-get and read; the key parts the history',
  init: whole(settings.initial ?? 0),
  configure,
  operation,
  step: (state, op) => {
    if (op.f === 'read') return op.sum === state ? state : undefined
    const sum = state + op.by
    return op.f === 'add' || op.sum === sum ? sum : undefined
  },
  pure: (op) => op.f === 'read' || op.by === 0,
  stateKey: (state) => state,
  opKey: (op) => {
    if (op.f === 'add') return `a${op.by}`
    return op.f === 'read' ? `r${op.sum}` : `g${op.by}=${op.sum}`
  },
  partition: (_op, key) => key,
  explains: (cause, effect) => cause.f !== 'read' && cause.by !== 0 && effect.f !== 'add',
  words: (op) => {
    if (op.f === 'read') return `read ${op.sum}`
    return op.f === 'add' ? `added ${op.by}` : `added ${op.by} and got ${op.sum}`
  },
})

const operation = ({ f, outcome, value, result }: Recorded): CounterOp | undefined => {
  if (f === 'read') return outcome === 'ok' ? { f, sum: whole(result) } : undefined
  const sign = f === 'decrement' ? -1 : 1
  if (f !== 'add' && f !== 'increment' && f !== 'decrement' && f !== 'add-and-get')
    throw new NotInModel(
      `f ${JSON.stringify(f)}: expected add, increment, decrement, add-and-get or read`,
    )
  if (outcome === 'fail') return undefined
  const by = f === 'add' || f === 'add-and-get' ? whole(value) : sign * whole(value ?? 1)
  return f === 'add-and-get' && outcome === 'ok' ? { f, by, sum: whole(result) } : { f: 'add', by }
}

const whole = (value: unknown): number => {
  // Minus zero would be a second zero.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value + 0
  throw new NotInModel(`value ${JSON.stringify(value)}: expected a whole number`)
}

export default configure()
