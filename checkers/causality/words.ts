/** Puts findings into sentences that a person can verify against the operations. */
import type { Anomaly, Edge } from '../checker.ts'
import { NONE } from '../history.ts'
import { show } from '../model.ts'
import { keyName } from '../registers/registers.ts'
import type { Finding } from './finding.ts'
import type { Step } from './schedule.ts'
import { INITIAL, indeterminate, type Sessions } from './sessions.ts'

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
        return `${this.did(read!)}, although it had to see what ${this.did(by!)}: ${chain}`
      default:
        return `no order of all writes and the process's own reads explains what it read: ${chain}`
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
          `${this.value(from)} came before ${this.value(to)}, for ` +
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
    return `process ${this.sessions.registers.process[this.sessions.row[op]!]}`
  }

  private act(op: number): string {
    const { registers, row } = this.sessions
    const name = keyName(registers, registers.key[row[op]!]!)
    const key = name === undefined ? '' : ` ${this.isWrite(op) ? 'to' : 'of'} key ${name}`
    return `${this.verb(op)}${key} (${this.history.moment(this.position(op))})`
  }

  private isWrite(op: number): boolean {
    return this.sessions.registers.observed[this.sessions.row[op]!] === NONE
  }

  private verb(op: number): string {
    const { registers, row } = this.sessions
    const { observed, installed, versions } = registers
    const at = row[op]!
    const seen = observed[at] === NONE ? undefined : show(versions.value(observed[at]!))
    const left = installed[at] === NONE ? undefined : show(versions.value(installed[at]!))
    if (seen === undefined) return `wrote ${left}`
    if (left !== undefined) return `did compare-and-set ${seen} to ${left}`
    const { fs, columns } = this.history
    return fs[columns.f[this.position(op)]!] === 'cas'
      ? `failed to compare-and-set and saw ${seen}`
      : `read ${seen}`
  }

  /** The value that a write left, or the one that a read saw. */
  private value(op: number): string {
    const { registers, row, source } = this.sessions
    const { observed, installed, versions } = registers
    const at = row[op]!
    const version = source[op] === INITIAL ? observed[at]! : installed[at]!
    return show(versions.value(version === NONE ? observed[at]! : version))
  }
}
