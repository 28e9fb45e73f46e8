/**
 * How stale reads were, key by key, on registers in which every value is written once: the smallest k for
 * which the history is k-atomic (Aiyer, Alvisi and Bazzi 2005: every read returns one of the last k values,
 * in an order that respects real time), and the smallest Δ for which it is Δ-atomic (Golab, Li and Shah
 * 2011: no read returns a value that had been overwritten for longer). k = 1 and Δ = 0 are linearizability.
 *
 * k = 1 and k = 2 are decided exactly; beyond, bounds are given ("at least 3, at most 5"), which mostly meet:
 * whether k-atomicity is polynomial for k > 2 is not known. A violation is a read of what had not been
 * written, or what exceeds an option. A compare-and-set that happened counts as a write of its value.
 */

import type { StalenessBounds } from './bounded-staleness/analysis.ts'
import { Analysis } from './bounded-staleness/analysis.ts'
import type { Checker, CheckerPlugin } from './checker.ts'
import { concluded } from './limits.ts'
import type { Model } from './model.ts'
import casRegister from './models/cas-register.ts'
import { registers } from './registers/registers.ts'

export type { StalenessBounds } from './bounded-staleness/analysis.ts'

/** A checker that lets reads be stale within bounds, as far as they are given. O(n log n). */
export const boundedStaleness = (
  bounds: StalenessBounds,
  model: Model = casRegister as Model,
): Checker => {
  const settings = model.registers
  return (history, limits) => {
    if (settings === undefined) return { valid: 'unknown', reason: noRegister(model) }
    return concluded(`the model ${model.name}`, () =>
      new Analysis(registers(history, settings), bounds, limits).verdict(),
    )
  }
}

const noRegister = ({ name }: Model): string =>
  `staleness is judged for registers, and ${name} is none`

export default {
  summary:
    'how many versions and milliseconds reads are behind; stale reads alone are no violation',
  check: boundedStaleness({}),
  against: (model) =>
    model.registers === undefined ? noRegister(model) : boundedStaleness({}, model),
} satisfies CheckerPlugin
