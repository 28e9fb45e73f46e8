/**
 * A lock with an owner and fencing tokens: `acquire` when it is free, `release` by the process that holds it.
 * An acquire that completes with a number was given this fencing token, which must be larger than all
 * given before, so that whoever still believes to hold the lock can be refused (Kleppmann, "How to do
 * distributed locking", 2016). The owner is the process: one whose outcome is unknown is retired, and what it
 * may hold stays held. The lock is not reentrant.
 */
import { type Model, NotInModel, type Recorded } from '../model.ts'

export type LockOp =
  | { readonly f: 'acquire'; readonly process: number; readonly token: number | undefined }
  | { readonly f: 'release'; readonly process: number }

export interface LockState {
  readonly holder: number | undefined
  /** The largest token that was seen. */
  readonly token: number
}

const operation = ({ f, process, outcome, result }: Recorded): LockOp | undefined => {
  if (f !== 'acquire' && f !== 'release')
    throw new NotInModel(`f ${JSON.stringify(f)}: expected acquire or release`)
  if (outcome === 'fail') return undefined
  if (f === 'release') return { f, process }
  const token = outcome === 'ok' && typeof result === 'number' ? result : undefined
  return { f, process, token }
}

const step = ({ holder, token }: LockState, op: LockOp): LockState | undefined => {
  if (op.f === 'release') return holder === op.process ? { holder: undefined, token } : undefined
  if (holder !== undefined || (op.token !== undefined && op.token <= token)) return undefined
  return { holder: op.process, token: op.token ?? token }
}

export default {
  name: 'lock',
  summary: 'a lock with its holder and growing fencing tokens; the key parts the history',
  init: { holder: undefined, token: Number.NEGATIVE_INFINITY },
  operation,
  step,
  pure: () => false,
  stateKey: ({ holder, token }) => `${holder ?? ''}#${token}`,
  opKey: (op) => {
    if (op.f === 'release') return `r${op.process}`
    return `a${op.process}#${op.token ?? ''}`
  },
  partition: (_op, key) => key,
  // Without all that one process did, the lock is only free more often, and the tokens still grow.
  group: ({ process }) => process,
  explains: (cause, effect) =>
    cause.f === 'acquire'
      ? effect.f === 'release' && effect.process === cause.process
      : effect.f === 'acquire',
  words: (op) => {
    if (op.f === 'release') return 'released the lock'
    return op.token === undefined ? 'acquired the lock' : `acquired the lock with token ${op.token}`
  },
} satisfies Model<LockState, LockOp>
