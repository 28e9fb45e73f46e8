/**
 * Reads that wait: first until the manager has said that this node is still in the chain, which the paper need
 * not ask because there a server that was taken out has stopped; then, where the node does not know whether
 * what it has is at the tail already, until the tail has said how far it is (CRAQ, section 2.3).
 */
import type { Message } from '../../../harness/api.ts'

export interface Read {
  readonly message: Message
  readonly key: string
  /** The question to the manager that it waits for. */
  question: number
  isConfirmed: boolean
  /** Whether the tail was asked. */
  isAsked: boolean
}

export class Reads {
  /** The latest question to the manager. */
  question = 0
  private waiting: Read[] = []

  /** Waits from now on for an answer to the next question. */
  add(message: Message, key: string): void {
    const question = this.question + 1
    this.waiting.push({ message, key, question, isConfirmed: false, isAsked: false })
  }

  /** The manager has answered a question: this node is in the chain. */
  confirm(question: number): void {
    for (const read of this.waiting) if (read.question <= question) read.isConfirmed = true
  }

  /** Nobody is confirmed any more: the chain is another. */
  restart(): void {
    for (const read of this.waiting) {
      read.question = this.question + 1
      read.isConfirmed = false
      read.isAsked = false
    }
  }

  /** Those that wait for the tail. */
  confirmed(): readonly Read[] {
    return this.waiting.filter(({ isConfirmed }) => isConfirmed)
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0
  }

  /** Takes out those of which this is true. */
  take(isReady: (read: Read) => boolean): readonly Read[] {
    const ready = this.waiting.filter(isReady)
    if (ready.length > 0) this.waiting = this.waiting.filter((read) => !ready.includes(read))
    return ready
  }
}
