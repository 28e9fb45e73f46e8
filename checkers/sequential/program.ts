/**
 * A history as sequential consistency sees it: what each process did, in its own order, on independent
 * objects (the parts of the model). When something happened does not count, so the columns of intervals are left
 * behind here, except to try first what was completed first.
 */
import { type History, NONE } from '../history.ts'
import { Effects } from '../linearizable/effects.ts'
import { Machine } from '../linearizable/machine.ts'
import { type Classes, classes, NEVER, type Part, parts } from '../linearizable/part.ts'
import type { Model } from '../model.ts'

/** The operations that count, numbered in the order of their invocations. */
export interface Program<S, O> {
  readonly model: Model<S, O>
  readonly ops: readonly O[]
  /** Position of each invocation in the history. */
  readonly start: Int32Array
  /** Position of each completion, or NEVER: the operation may happen, or not. */
  readonly end: Int32Array
  /** The object each operation concerns. */
  readonly part: Int32Array
  readonly parts: readonly Part<O>[]
  readonly classes: Classes<O>
  readonly machine: Machine<S, O>
  /** Chain (a process' operations) of each operation. */
  readonly chain: Int32Array
  readonly chains: readonly (readonly number[])[]
}

/** @throws NotInModel */
export const programOf = <S, O>(history: History, model: Model<S, O>): Program<S, O> => {
  const all = parts(history, model)
  const flat = all
    .flatMap((part, number) => part.ops.map((op, at) => ({ part, number, op, at })))
    .sort((a, b) => a.part.start[a.at]! - b.part.start[b.at]!)
  const ops = flat.map(({ op }) => op)
  const start = Int32Array.from(flat, ({ part, at }) => part.start[at]!)
  const end = Int32Array.from(flat, ({ part, at }) => part.end[at]!)
  const own = classes({ key: undefined, ops, start, end, returns: new Int32Array() }, model)
  const ids = new Map<number, number>()
  const chains: number[][] = []
  const chain = start.map((position, op) => {
    const process = history.columns.process[position]!
    const id = ids.get(process) ?? chains.push([]) - 1
    ids.set(process, id)
    chains[id]!.push(op)
    return id
  })
  return {
    ...{ model, ops, start, end, parts: all, classes: own, chain, chains },
    part: Int32Array.from(flat, ({ number }) => number),
    machine: new Machine(model, own.ops),
  }
}

/** What must go with operations that are taken out of a program, so that a legal order stays legal. */
export class Dependents<S, O> {
  private readonly effects: Effects<S, O>
  private readonly byClass = new Map<number, number[]>()

  constructor(private readonly program: Program<S, O>) {
    this.effects = new Effects(program.classes, program.model)
    program.classes.of.forEach((cls, op) => {
      const known = this.byClass.get(cls)
      if (known === undefined) this.byClass.set(cls, [op])
      else known.push(op)
    })
  }

  /**
   * What is left of `kept` without `dropped` and all that these may explain. An operation explains nothing
   * of another object, and nothing that its own process did before it.
   */
  without(kept: readonly number[], dropped: readonly number[]): number[] {
    const { classes, part, chain } = this.program
    const gone = new Set(dropped)
    const left = new Set(kept)
    // A set visits what is added while it is gone through.
    for (const cause of gone)
      for (const cls of this.effects.of(classes.of[cause]!))
        for (const effect of this.byClass.get(cls)!) {
          if (!left.has(effect) || part[effect] !== part[cause]) continue
          if (chain[effect] !== chain[cause] || effect > cause) gone.add(effect)
        }
    return kept.filter((op) => !gone.has(op))
  }
}

/** Whether an operation must have happened. */
export const required = ({ end }: { readonly end: Int32Array }, op: number): boolean =>
  end[op] !== NEVER

/** The process of an operation. */
export const processOf = <S, O>(history: History, { start }: Program<S, O>, op: number): number =>
  history.columns.process[start[op] ?? NONE]!
