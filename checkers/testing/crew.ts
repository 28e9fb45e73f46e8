/** For tests: helpers that do their tasks in this thread, and answer in an order that a test chooses. */
import type { Answered, Checker, Helpers, Limits } from '../checker.ts'
import { unlimited } from '../checker.ts'

/** Limits that offer so many helpers from the beginning; `next` draws a number below a bound. */
export const helped = (
  checker: Checker,
  size: number,
  next: (below: number) => number,
  limits: Limits = unlimited,
): Limits => ({ ...limits, helpers: () => new Helping(checker, size, next, limits) })

class Helping implements Helpers {
  readonly least = 1
  private readonly work: readonly ((task: unknown) => unknown)[]
  private readonly tasks: { readonly helper: number; readonly task: unknown }[] = []

  constructor(
    checker: Checker,
    readonly size: number,
    private readonly next: (below: number) => number,
    limits: Limits,
  ) {
    this.work = Array.from({ length: size }, () => checker.help!(limits))
  }

  give(helper: number, task: unknown): void {
    if (this.tasks.some((other) => other.helper === helper)) throw new Error('has a task already')
    this.tasks.push({ helper, task: structuredClone(task) })
  }

  take(wait: boolean): Answered | undefined {
    if (this.tasks.length === 0 || (!wait && this.next(3) > 0)) return undefined
    const [{ helper, task }] = this.tasks.splice(this.next(this.tasks.length), 1) as [
      (typeof this.tasks)[number],
    ]
    return { helper, answer: structuredClone(this.work[helper]!(task)) }
  }

  close(): void {
    this.tasks.length = 0
  }
}
