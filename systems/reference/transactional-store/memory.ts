/**
 * Which transactions are over, exactly and in little memory: every coordinator says from which number on its transactions are
 * still open, and what is below need not be remembered one by one.
 */
import type { Json } from '../../../harness/api.ts'
import { coordinatorOf, nameOf, numberOf } from './names.ts'

export class Memory<T extends Json> {
  /** By coordinator: all below are over for everybody. */
  private open = new Map<string, number>()
  /** By transaction: what is remembered of it. */
  private remembered = new Map<string, T>()

  /** What is remembered of a transaction; `forgotten` when it is over for everybody. */
  get(transaction: string): T | 'forgotten' | undefined {
    const open = this.open.get(coordinatorOf(transaction)) ?? 0
    return numberOf(transaction) < open ? 'forgotten' : this.remembered.get(transaction)
  }

  set(transaction: string, what: T): void {
    if (this.get(transaction) !== 'forgotten') this.remembered.set(transaction, what)
  }

  /** Below a number, all transactions of the coordinator of this one are over for everybody. */
  advance(transaction: string, open: number): void {
    const coordinator = coordinatorOf(transaction)
    const before = this.open.get(coordinator) ?? 0
    if (open <= before) return
    for (let number = before; number < open; number++)
      this.remembered.delete(nameOf(coordinator, number))
    this.open.set(coordinator, open)
  }

  snapshot(): Json {
    return { open: [...this.open], remembered: [...this.remembered] }
  }

  restore(snapshot: Json): void {
    const { open, remembered } = snapshot as { open: [string, number][]; remembered: [string, T][] }
    this.open = new Map(open)
    this.remembered = new Map(remembered)
  }
}
