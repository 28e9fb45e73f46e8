/**
 * A mutex as Knossos has it: `acquire` when it is free, `release` when it is held, by whomever. Who holds
 * it does not matter; the model `lock` asks for that.
 */
import { type Model, NotInModel } from '../model.ts'

export type MutexOp = 'acquire' | 'release'

export default {
  name: 'mutex',
  summary: 'acquire when free, release when held, whoever did it; the key parts the history',
  init: false,
  operation: ({ f, outcome }) => {
    if (f === 'acquire' || f === 'release') return outcome === 'fail' ? undefined : f
    throw new NotInModel(`f ${JSON.stringify(f)}: expected acquire or release`)
  },
  step: (held, op) => (held === (op === 'acquire') ? undefined : !held),
  pure: () => false,
  stateKey: (held) => held,
  opKey: (op) => op,
  partition: (_op, key) => key,
  explains: (cause, effect) => cause !== effect,
  words: (op) => `${op}d`,
} satisfies Model<boolean, MutexOp>
