/**
 * From a part that is not linearizable to the few operations that prove it. What is taken out must
 * never be what made the rest possible, or the rest would be "violating" only because it is
 * incomplete. So an operation goes together with everything that it may explain (`Model.explains`)
 * and that was not over before it began: had the whole been linearizable, so would be the rest. Read
 * backwards, a rest that violates proves that the whole does. Where the model has groups (`Model.group`),
 * a group goes as a whole and nothing else with it.
 *
 * First everything after the first return that no order passes is cut off, then blocks of halving
 * size, then single operations until none can go: the result is minimal under that rule.
 */
import type { Limits } from '../checker.ts'
import type { Primitive } from '../model.ts'
import { NEVER, type Part } from './part.ts'
import { type Problem, searchOf, subproblem } from './problem.ts'
import type { Outcome } from './search.ts'

/** What the search found that proved the violation. */
export interface Found {
  /** The first return that no order passes. */
  readonly deepest: number
  /** How many configurations it took to find out. */
  readonly configurations: number
}

/** Numbers of the operations that are left, ascending. Ends early, with more of them, at the limits. */
export const shrink = <S, O>(
  whole: Problem<S, O>,
  { deepest, configurations }: Found,
  limits: Limits,
): readonly number[] => {
  const dependents = new Dependents(whole)
  const budget = 10_000 + 2 * configurations
  let stopped = false
  const violates = (kept: readonly number[]): boolean => {
    const search = searchOf(subproblem(whole, kept))
    let outcome: Outcome = 'undecided'
    while (outcome === 'undecided' && search.configurations < budget && !stopped) {
      stopped = limits.exceeded(search.bytes) !== undefined
      if (!stopped) outcome = search.run(1024)
    }
    return outcome === 'violation'
  }
  let kept = prefix(whole.part, deepest, dependents, violates)
  for (let size = Math.ceil(kept.length / 2); size >= 1 && !stopped; size = Math.floor(size / 2)) {
    let before: number
    do {
      before = kept.length
      for (let at = 0; at < kept.length && !stopped; ) {
        const rest = dependents.without(kept, kept.slice(at, at + size))
        if (rest.length > 0 && violates(rest)) kept = rest
        else at += size
      }
    } while (size === 1 && kept.length < before && !stopped)
  }
  return kept
}

/**
 * The operations invoked before the first return that no order passes, without those that later ones
 * may explain. Such a one may in turn explain what violates: then the cut comes later.
 */
const prefix = <S, O>(
  part: Part<O>,
  deepest: number,
  dependents: Dependents<S, O>,
  violates: (kept: readonly number[]) => boolean,
): number[] => {
  const all = part.ops.map((_, number) => number)
  for (let further = 0; deepest + further < part.returns.length; further = further * 4 + 1) {
    const cut = part.end[part.returns[deepest + further]!]!
    const after = all.filter((number) => part.start[number]! > cut)
    const kept = dependents.without(all, after)
    if (violates(kept)) return kept
  }
  return all
}

/** Which operations must go when others do. */
class Dependents<S, O> {
  constructor(private readonly whole: Problem<S, O>) {}

  /**
   * What is left of `kept` after taking out `dropped` and all that it may explain. A cause is lost from
   * some position on: a completed operation that goes takes all its effects with it, while an
   * indeterminate one can stay and merely not happen, so that its effects go from that position on.
   */
  without(kept: readonly number[], dropped: readonly number[]): number[] {
    const { part, classes } = this.whole
    const gone = new Set(dropped)
    if (dropped.length === 1 && this.isIdle(kept, dropped[0]!))
      return kept.filter((number) => !gone.has(number))
    const groups = new Set(dropped.map((number) => this.group(number)))
    const alone = dropped.filter((number) => this.group(number) === undefined)
    const lostFrom = new Map(alone.map((number) => [number, part.start[number]!]))
    for (let causes = new Map(lostFrom); causes.size > 0; ) {
      const lost = this.lostByClass(causes)
      causes = new Map()
      for (const number of kept) {
        const from = lost.get(classes.of[number]!)
        if (from === undefined || from >= part.end[number]! || gone.has(number)) continue
        const group = this.group(number)
        if (group !== undefined) {
          groups.add(group)
          continue
        }
        const optional = part.end[number] === NEVER
        const at = optional ? Math.max(from, part.start[number]!) : part.start[number]!
        if (at >= (lostFrom.get(number) ?? NEVER)) continue
        if (!optional) gone.add(number)
        lostFrom.set(number, at)
        causes.set(number, at)
      }
    }
    groups.delete(undefined)
    return kept.filter((number) => !gone.has(number) && !groups.has(this.group(number)))
  }

  private group(number: number): Primitive | undefined {
    return this.whole.model.group?.(this.whole.part.ops[number]!)
  }

  /** Whether an operation may explain none of the others. */
  private isIdle(kept: readonly number[], number: number): boolean {
    const { part, classes, effects } = this.whole
    const explained = new Set(effects.of(classes.of[number]!))
    return kept.every(
      (other) =>
        other === number ||
        part.end[other]! < part.start[number]! ||
        !explained.has(classes.of[other]!),
    )
  }

  /** For each class that the causes may explain, from when on it may miss one of them. */
  private lostByClass(causes: ReadonlyMap<number, number>): Map<number, number> {
    const { classes, effects } = this.whole
    const lost = new Map<number, number>()
    for (const [cause, from] of causes)
      for (const effect of effects.of(classes.of[cause]!))
        if (from < (lost.get(effect) ?? NEVER)) lost.set(effect, from)
    return lost
  }
}
