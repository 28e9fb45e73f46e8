/** Puts what staleness is found into sentences that a person can verify. */
import type { Anomaly } from '../checker.ts'
import { type Primitive, show } from '../model.ts'
import { keyName, type Registers } from '../registers/registers.ts'
import { type Clusters, writes } from './clusters.ts'

export class Words {
  constructor(private readonly registers: Registers) {}

  /** An operation that saw what nothing can have left. @param core positions of the invocations */
  invented(core: readonly number[]): Anomaly {
    const { history, start, versions, observed } = this.registers
    const ops = core.map((position) => start.indexOf(position))
    const read = ops.find((op) => !writes(this.registers, op)) ?? ops[0]!
    const value = show(versions.value(observed[read]!))
    return {
      type: 'thin-air-read',
      summary:
        `${this.place(read)}${this.process(read)} saw ${value} at ${this.begun(read)}, ` +
        'although nothing that can have happened left this value there',
      ops: core.map((position) => history.columns.index[position]!),
    }
  }

  early(read: number, write: number): Anomaly {
    return {
      type: 'future-read',
      summary:
        `${this.place(read)}${this.tell(read)}, ` +
        `but ${this.process(write)} began to write it at ${this.begun(write)} only`,
      ops: this.indexes([read, write].sort((a, b) => a - b)),
    }
  }

  /** @param read number of the read that is certainly too far behind, or -1 */
  versions(ops: readonly number[], proof: Clusters, versions: number, read: number): Anomaly {
    const bound = versions === 1 ? 'the last value' : `one of the last ${versions} values`
    if (read < 0)
      return {
        type: 'not-k-atomic',
        summary:
          `${this.place(ops[0]!)}no order that respects real time lets every read return ${bound}: ` +
          ops.map((op) => this.tell(op)).join('; '),
        ops: this.indexes(ops),
      }
    const reader = proof.reader[read]!
    const rest = ops.filter((op) => op !== reader).map((op) => this.tell(op))
    return {
      type: 'stale-read',
      summary:
        `${this.place(reader)}${this.tell(reader)}, which was not ${bound} when it began: ` +
        rest.join('; '),
      ops: this.indexes(ops),
    }
  }

  /** @param late how long a newer value had certainly been there when the read began, in ns */
  milliseconds(
    ops: readonly number[],
    proof: Clusters,
    bound: number,
    read: number,
    late: number | undefined,
  ): Anomaly {
    if (late === undefined)
      return {
        type: 'not-delta-atomic',
        summary:
          `${this.place(ops[0]!)}no order explains all reads, even if each may return a value ` +
          `overwritten up to ${bound} ms before: ${ops.map((op) => this.tell(op)).join('; ')}`,
        ops: this.indexes(ops),
      }
    const reader = proof.reader[read]!
    const rest = ops.filter((op) => op !== reader).map((op) => this.tell(op))
    return {
      type: 'stale-read',
      summary:
        `${this.place(reader)}${this.tell(reader)}, when a newer value had been there ` +
        `for at least ${(late / 1e6).toFixed(3)} ms (allowed: ${bound} ms): ${rest.join('; ')}`,
      ops: this.indexes(ops),
    }
  }

  private indexes(ops: readonly number[]): number[] {
    return ops.map((op) => this.registers.history.columns.index[this.registers.start[op]!]!)
  }

  private place(op: number): string {
    const key = keyName(this.registers, this.registers.key[op]!)
    return key === undefined ? '' : `key ${key}: `
  }

  private process(op: number): string {
    return `process ${this.registers.process[op]!}`
  }

  private begun(op: number): string {
    return this.registers.history.moment(this.registers.start[op]!)
  }

  private tell(op: number): string {
    const { observed, installed, versions, history, end } = this.registers
    const wrote = writes(this.registers, op)
    const value: Primitive = versions.value(wrote ? installed[op]! : observed[op]!)
    const until = end[op]! < history.length ? `to ${history.moment(end[op]!)}` : 'outcome unknown'
    return `${this.process(op)} ${wrote ? 'wrote' : 'read'} ${show(value)} (${this.begun(op)} ${until})`
  }
}
