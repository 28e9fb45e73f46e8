/**
 * Optimistic concurrency control (Kung & Robinson, "On Optimistic Methods for Concurrency Control", 1981): transactions read what is committed
 * and lock nothing. Who wants to commit is validated: what it has read, and what it has looked for and not found, must
 * still be so, and nobody who is committing at the same time must write what it read or read what it writes (section 5,
 * parallel validation: there too the younger one gives way).
 */
import { partitionOf } from '../../transactions/messages.ts'
import type { Part } from '../commands.ts'
import type { Machine, Validate } from '../machine.ts'
import type { Version } from '../versions.ts'
import type { Control, Reader, Then, Wanted } from './control.ts'

export class Optimistic implements Control {
  readonly reads = 'validated-later'
  constructor(private readonly machine: Machine) {}

  admit(_: Reader, __: Wanted, then: Then): void {
    then(true)
  }

  tenureOf(): number {
    return 0
  }

  see(_: Reader, key: string): Version | undefined {
    return this.machine.versions.latest(key)
  }

  vote(_: Part, then: Then): void {
    then(true)
  }

  wasTrue(part: Part): boolean {
    return isSerial(part, this.machine)
  }

  inherit(): void {}
  ended(): void {}
  turn(): void {}
}

/** Whether a transaction is as though it had run alone, at this moment. */
export const isSerial: Validate = (part, machine) => {
  if (!machine.isCurrent(machine.has('TX8') ? found(part) : part)) return false
  if (machine.has('TX7')) return true
  return machine.parts.every((other) => !overwrites(other, part) && !overwrites(part, other))
}

/** Without what was not there. */
const found = ({ reads, scans }: Part): Pick<Part, 'reads' | 'scans'> => ({
  reads: reads.filter(([, writer]) => writer !== null),
  scans: scans.filter(([, rows]) => rows.length > 0),
})

/** Whether one writes what another one reads or writes. */
const overwrites = ({ writes }: Part, other: Part): boolean => {
  const written = new Set(writes.map(([key]) => key))
  const partitions = new Set(writes.map(([key]) => partitionOf(key)))
  return (
    [...other.reads, ...other.writes].some(([key]) => written.has(key)) ||
    other.scans.some(([partition]) => partitions.has(partition))
  )
}
