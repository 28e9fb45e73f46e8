/**
 * Which classes of operations a class may explain, found when first asked for. A model that tells what
 * an operation observed and installed explains by these values, so an index replaces the comparison of
 * all pairs, which would be quadratic in the length of a history of unique values.
 */
import type { Model, Primitive } from '../model.ts'
import type { Classes } from './part.ts'

export class Effects<S, O> {
  private readonly found = new Map<number, readonly number[]>()
  private readonly all: readonly number[]
  private readonly byObserved = new Map<Primitive, number[]>()
  /** Pure classes that observe no value: any install may explain them. */
  private readonly loose: number[] = []

  constructor(
    private readonly classes: Classes<O>,
    private readonly model: Model<S, O>,
  ) {
    this.all = Array.from(classes.ops.keys())
    if (model.observed !== undefined) this.index()
  }

  /** The classes that operations of a class may explain. */
  of(cause: number): readonly number[] {
    const known = this.found.get(cause)
    if (known !== undefined) return known
    const { classes, model } = this
    const op = classes.ops[cause]!
    const effects =
      classes.pure[cause] === 1
        ? []
        : this.candidates(op).filter((effect) => model.explains?.(op, classes.ops[effect]!) ?? true)
    this.found.set(cause, effects)
    return effects
  }

  private candidates(cause: O): readonly number[] {
    const installed = this.model.installed?.(cause)
    if (installed === undefined || this.model.explains === undefined) return this.all
    return [...(this.byObserved.get(installed.value) ?? []), ...this.loose]
  }

  private index(): void {
    for (const cls of this.all) {
      const seen = this.model.observed?.(this.classes.ops[cls]!)
      if (seen === undefined) {
        if (this.classes.pure[cls] === 1) this.loose.push(cls)
        continue
      }
      const same = this.byObserved.get(seen.value)
      if (same === undefined) this.byObserved.set(seen.value, [cls])
      else same.push(cls)
    }
  }
}
