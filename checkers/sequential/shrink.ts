/**
 * From operations that contradict each other to the fewest that still do. What is taken out takes all
 * that it may explain with it, so that the rest does not violate merely because it is incomplete:
 * had the whole a legal order, so would the rest. Blocks of halving size first, then single operations
 * until none can go.
 */
import type { Limits } from '../checker.ts'
import type { History } from '../history.ts'
import { OutOfLimits } from '../limits.ts'
import type { Model } from '../model.ts'
import { registers } from '../registers/registers.ts'
import { judgeBlocks, patient, Trial } from './judge.ts'
import { Dependents, programOf } from './program.ts'
import { restrict } from './restrict.ts'

/** Looks at the limits that one attempt may cost. */
const PATIENCE = 64

/** Positions of the invocations that are left, ascending; more of them when the limits end it early. */
export const shrink = <S, O>(
  history: History,
  model: Model<S, O>,
  core: readonly number[],
  limits: Limits,
): readonly number[] => {
  const { history: small, from } = restrict(history, core)
  const program = programOf(small, model)
  const positionOf = program.start.map((position) => from[position]!)
  const dependents = new Dependents(program)
  const violates = (ops: readonly number[]): boolean => {
    const rest = restrict(
      history,
      Array.from(ops, (op) => positionOf[op]!),
    )
    return ops.length > 0 && contradicts(rest.history, model, patient(limits, PATIENCE))
  }
  let kept = program.ops.map((_, op) => op)
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let before: number
    do {
      before = kept.length
      for (let at = 0; at < kept.length; ) {
        if (limits.exceeded(0) !== undefined) return kept.map((op) => positionOf[op]!)
        const rest = dependents.without(kept, kept.slice(at, at + size))
        if (violates(rest)) kept = rest
        else at += size
      }
    } while (size === 1 && kept.length < before)
  }
  return kept.map((op) => positionOf[op]!)
}

/** Whether a small history is certainly not sequentially consistent. */
const contradicts = <S, O>(history: History, model: Model<S, O>, limits: Limits): boolean => {
  try {
    if (model.registers !== undefined) {
      const outcome = judgeBlocks(registers(history, model.registers), limits)
      if (typeof outcome !== 'string') return outcome.valid === false
    }
    return new Trial(programOf(history, model), limits, '').run().valid === false
  } catch (error) {
    if (error instanceof OutOfLimits) return false
    throw error
  }
}
