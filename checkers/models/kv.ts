/**
 * A key-value store of strings with get, put and append. A key that was never put reads as the empty
 * string, and so does a get that completes with null.
 */
import { type Model, NotInModel, type Recorded, type Settings, show } from '../model.ts'

export interface KvOp {
  readonly f: 'get' | 'put' | 'append'
  readonly text: string
}

/** A key-value store in which every key starts with another text than the empty one. */
export const configure = (settings: Settings = {}): Model<string, KvOp> => ({
  name: 'kv',
  summary: 'strings by key with get, put and append; the key parts the history',
  init: text(settings.initial),
  configure,
  operation,
  step: (state, op) => {
    if (op.f === 'get') return state === op.text ? state : undefined
    return op.f === 'put' ? op.text : state + op.text
  },
  pure: (op) => op.f === 'get' || (op.f === 'append' && op.text === ''),
  stateKey: (state) => state,
  opKey: (op) => op.f[0] + op.text,
  partition: (_op, key) => key,
  // A get after a put starts with its text, and after an append contains it, up to the next put. So
  // without such a get nothing stands there that could see the put or the append go.
  explains: (cause, effect) => {
    if (effect.f !== 'get' || cause.f === 'get') return false
    return cause.f === 'put' ? effect.text.startsWith(cause.text) : effect.text.includes(cause.text)
  },
  growing: {
    forgets: (op) => op.f === 'put',
    leadsTo: (state, read) => read.f !== 'get' || read.text.startsWith(state),
  },
  words: (op) => {
    const value = show(op.text)
    if (op.f === 'get') return `read ${value}`
    return op.f === 'put' ? `put ${value}` : `appended ${value}`
  },
})

const operation = (recorded: Recorded): KvOp | undefined => {
  const { f, outcome } = recorded
  if (f === 'get') return outcome === 'ok' ? { f, text: text(recorded.result) } : undefined
  if (f !== 'put' && f !== 'append')
    throw new NotInModel(`f ${JSON.stringify(f)}: expected get, put or append`)
  return outcome === 'fail' ? undefined : { f, text: text(recorded.value) }
}

const text = (value: unknown): string => {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw new NotInModel(`value ${JSON.stringify(value)}: expected a string or null`)
}

export default configure()
