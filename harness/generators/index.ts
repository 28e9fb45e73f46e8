/** The generators that workloads are made of. */

export { milliseconds } from '../clock.ts'
export { type Stream, stream } from '../random.ts'
export { done, iterate, once, repeat, sequence } from './basic.ts'
export { later } from './later.ts'
export { limit, stagger, timeLimit } from './limits.ts'
export { mix } from './mix.ts'
export { perKey } from './per-key.ts'
export { type ScriptedCall, script } from './script.ts'
export { eachThread, phases, reserve, synchronize } from './threads.ts'
export {
  type TransactionCall,
  transactionHabits,
  transactionOptions,
  transactions,
} from './transactions.ts'
export { untilOk } from './until-ok.ts'
