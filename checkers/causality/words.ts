/** Puts findings into sentences that a person can verify against the operations. */
import type { Anomaly, Edge } from '../checker.ts'
import { show } from '../model.ts'
import { act, actor, place } from './acts.ts'
import type { Finding } from './finding.ts'
import type { Step } from './schedule.ts'
import { indeterminate, type Sessions } from './sessions.ts'

/** A finding over the few operations of its own proof, as an anomaly. */
export const tell = (sessions: Sessions, finding: Finding): Anomaly => {
  const teller = new Teller(sessions)
  const ops = Array.from({ length: sessions.size }, (_, op) => teller.index(op))
  return {
    type: finding.type,
    summary: teller.summary(finding) + teller.happened(),
    ops: ops.sort((a, b) => a - b),
    ...(finding.steps.length === 0
      ? {}
      : { edges: finding.steps.map((step) => teller.edge(step)) }),
  }
}

class Teller {
  constructor(private readonly sessions: Sessions) {}

  /** The `index` of the invocation. */
  index(op: number): number {
    return this.history.columns.index[this.position(op)]!
  }

  edge(step: Step): Edge {
    return {
      from: this.index(step.from),
      to: this.index(step.to),
      relation: step.relation === 'edge' ? 'ww' : step.relation,
      why: this.why(step),
    }
  }

  summary({ type, steps, read, by }: Finding): string {
    const chain = steps.map((step) => this.why(step)).join('; ')
    switch (type) {
      case 'thin-air-read':
        return `${this.did(read!)}, which nothing wrote`
      case 'write-co-init-read':
        return `${this.did(read!)}, the initial value, although ${this.did(by!)} before that: ${chain}`
      case 'write-co-read':
        return (
          `${this.did(read!)}, although ${this.did(by!)} after that value and before this read: ` +
          chain
        )
      case 'cyclic-co':
        return `what each operation followed leads back to itself: ${chain}`
      case 'cyclic-cf':
        return `no order of the writes explains all reads: ${chain}`
      case 'non-monotonic-read':
        return `${this.did(read!)} after ${this.doing(by!)}: ${chain}`
      case 'future-read':
        return `${this.did(read!)}, which it only wrote afterwards: ${chain}`
      case 'read-your-writes':
        return `${this.did(read!)}, although the same process ${this.act(by!)} before: ${chain}`
      case 'monotonic-writes':
      case 'writes-follow-reads':
        if (read === undefined) return `no order of the writes explains what was read: ${chain}`
        return `${this.did(read!)}, although it had to see what ${this.did(by!)}: ${chain}`
      case 'write-hb-init-read':
      case 'cyclic-hb':
      case 'pram':
        return `no order of the writes explains all reads of one process: ${chain}`
    }
  }

  /** That the indeterminate operations of the proof did happen, or nothing. */
  happened(): string {
    const { size, source } = this.sessions
    return Array.from({ length: size }, (_, op) => op)
      .filter((op) => indeterminate(this.sessions, op))
      .map((op) => {
        const witness = this.did(source.indexOf(op))
        return `; what ${this.name(op)} ${this.act(op)} has no known outcome, but ${witness}`
      })
      .join('')
  }

  private get history() {
    return this.sessions.registers.history
  }

  private position(op: number): number {
    return this.sessions.registers.start[this.sessions.row[op]!]!
  }

  private why(step: Step): string {
    const { from, to } = step
    switch (step.relation) {
      case 'process':
        return `${this.did(from)} before it ${this.act(to)}`
      case 'wr':
        return `${this.did(to)} from ${this.name(from)}, which ${this.act(from)}`
      case 'edge':
        return (
          `${this.value(from)} came before ${this.value(to)}${this.place(to)}, for ` +
          `${this.did(step.read!)} when ${this.value(from)} was already visible to it`
        )
    }
  }

  /** "process 3 read 7 of key x (12.410 s)". */
  private did(op: number): string {
    return `${this.name(op)} ${this.act(op)}`
  }

  private doing(op: number): string {
    return `it ${this.act(op)}`
  }

  private name(op: number): string {
    return actor(this.sessions.registers, this.sessions.row[op]!)
  }

  private act(op: number): string {
    return act(this.sessions.registers, this.sessions.row[op]!)
  }

  private place(op: number): string {
    return place(this.sessions.registers, this.sessions.row[op]!)
  }

  /** The value that a write left. */
  private value(write: number): string {
    const { registers, row } = this.sessions
    return show(registers.versions.value(registers.installed[row[write]!]!))
  }
}
