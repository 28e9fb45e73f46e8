/**
 * The state of a shard, as its log makes it: committed versions, the parts of transactions that it has promised to be able to
 * commit (Bernstein, Hadzilacos, Goodman, "Concurrency Control and Recovery in Database Systems", 1987, section 7.4), and what was decided of
 * the transactions whose home it is. The first decision that comes stands, whoever proposes it: so a participant in doubt can end its doubt
 * when the coordinator has gone, and where the log is replicated two-phase commit blocks no more than its groups do
 * (Gray & Lamport, "Consensus on Transaction Commit", 2006, section 3).
 */
import type { Json } from '../../../harness/api.ts'
import type { StateMachine } from '../raft/machine.ts'
import type { Has } from './bugs.ts'
import type { Command, Outcome, Part, Result, Seen } from './commands.ts'
import { Memory } from './memory.ts'
import { type Version, Versions } from './versions.ts'

/** So many latest decisions of a coordinator are kept, for clients that ask when it has started again. */
const DECISIONS = 100

/** Whether a part may be promised, where locks have not made sure of it. */
export type Validate = (part: Part, machine: Machine) => boolean

export interface MachineOptions {
  readonly has: Has
  readonly validate: Validate
  /** Versions of a key that are kept. */
  readonly versions: number
}

export class Machine implements StateMachine<Command, Result> {
  readonly has: Has
  readonly versions: Versions
  private promised = new Map<string, Part>()
  private readonly finished = new Memory<true>()
  private readonly decisions = new Memory<Outcome>()
  private time = 0

  constructor(private readonly options: MachineOptions) {
    this.has = options.has
    this.versions = new Versions(options.versions)
  }

  /** What it has promised, and not heard the end of. */
  get parts(): readonly Part[] {
    return [...this.promised.values()]
  }

  hasPromised(transaction: string): boolean {
    return this.promised.has(transaction)
  }

  /** Whether it knows that a transaction is over here. */
  isFinished(transaction: string): boolean {
    return this.finished.get(transaction) !== undefined
  }

  /** The latest version of a key, committed or not. */
  uncommitted(key: string): Version | undefined {
    for (const { transaction, writes } of this.promised.values()) {
      const write = writes.find(([written]) => written === key)
      if (write !== undefined) return { value: write[1], writer: transaction, at: this.time }
    }
    return this.versions.latest(key)
  }

  /** Whether what was seen is still what is there. */
  isCurrent(part: Pick<Part, 'reads' | 'scans'>): boolean {
    return (
      part.reads.every(([key, writer]) => writer === this.writerOf(key)) &&
      part.scans.every(([partition, rows]) => this.hasRows(partition, rows))
    )
  }

  apply(command: Command): Result {
    switch (command.f) {
      case 'prepare':
        return { f: 'prepare', promised: this.prepare(command.part, command.open) }
      case 'decide':
        return { f: 'decide', outcome: this.decide(command) }
      case 'finish':
        this.finish(command.transaction, command.outcome)
        return { f: 'finish' }
      case 'timestamp':
        return { f: 'timestamp', time: ++this.time }
    }
  }

  /** Forgets its promises. */
  forgetPromises(): void {
    this.promised.clear()
  }

  snapshot(): Json {
    return {
      versions: this.versions.snapshot(),
      promised: this.parts as unknown as Json,
      finished: this.finished.snapshot(),
      decisions: this.decisions.snapshot(),
      time: this.time,
    }
  }

  restore(snapshot: Json): void {
    const kept = snapshot as { versions: Json; finished: Json; decisions: Json; time: number }
    const { promised } = snapshot as unknown as { promised: readonly Part[] }
    this.versions.restore(kept.versions)
    this.promised = new Map(promised.map((part) => [part.transaction, part]))
    this.finished.restore(kept.finished)
    this.decisions.restore(kept.decisions)
    this.time = kept.time
  }

  private prepare(part: Part, open: number): boolean {
    const { transaction } = part
    this.finished.advance(transaction, open)
    if (this.promised.has(transaction)) return true
    // Once it is over, a prepare that comes late opens nothing.
    if (this.isFinished(transaction)) {
      if (!this.has('TX4')) return false
    } else if (!this.options.validate(part, this)) return false
    this.promised.set(transaction, part)
    return true
  }

  private decide({ transaction, outcome, open }: Extract<Command, { f: 'decide' }>): Outcome {
    this.decisions.advance(transaction, open - DECISIONS)
    const decided = this.decisions.get(transaction)
    if (decided === 'forgotten') return { kind: 'forgotten' }
    if (decided !== undefined) return decided
    this.decisions.set(transaction, outcome)
    return outcome
  }

  private finish(transaction: string, outcome: Outcome): void {
    const part = this.promised.get(transaction)
    this.finished.set(transaction, true)
    if (part === undefined) return
    this.promised.delete(transaction)
    if (outcome.kind !== 'commit') return
    for (const [key, value] of part.writes)
      this.versions.install(key, { value, writer: transaction, at: outcome.at })
  }

  private writerOf(key: string): string | null {
    return this.versions.latest(key)?.writer ?? null
  }

  private hasRows(partition: string, seen: readonly Seen[]): boolean {
    const rows = this.versions.rowsOf(partition)
    return (
      rows.length === seen.length && seen.every(([key, writer]) => writer === this.writerOf(key))
    )
  }
}
