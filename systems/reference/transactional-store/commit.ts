/**
 * Two-phase commit of one transaction, as its coordinator runs it (Gray 1978; Bernstein, Hadzilacos, Goodman 1987, section 7.4): all
 * participants promise, the decision is logged at the transaction's home, and then they are told, until each has carried it out. Of an
 * abort nothing need be logged: where nobody has decided, in doubt means abort (section 7.6, presumed abort).
 */
import type { World } from '../../../harness/api.ts'
import type { Has } from './bugs.ts'
import type { Calls } from './calls.ts'
import type { Outcome, Part } from './commands.ts'
import { homeOf } from './names.ts'

/** Who has not promised by then is not waited for, ms. */
const VOTES_MS = 600
/** Before who was told something once would be told again, ms. */
const ONCE_MS = 100

export interface CommitOptions {
  readonly world: World
  readonly calls: Calls
  readonly has: Has
  readonly transaction: string
  /** What each shard does of it. */
  readonly parts: ReadonlyMap<string, Part>
  /** The coordinator's first transaction that is not over for everybody. */
  readonly open: () => number
  /** The shard whose clock gives the time of the commit, where there is one. */
  readonly clock: string | undefined
  /** The outcome is certain. */
  readonly decided: (outcome: Outcome) => void
  /** All participants have carried it out, or need not be told. */
  readonly over: () => void
}

export class Commit {
  private phase: 'voting' | 'deciding' | 'over' = 'voting'
  /** Shards that have not answered in this phase. */
  private readonly awaited = new Set<string>()
  /** What ends the questions of the first phase. */
  private readonly cancels: (() => void)[] = []

  constructor(private readonly options: CommitOptions) {}

  /** The first phase. */
  start(): void {
    const { world, calls, parts, open } = this.options
    for (const [shard, part] of parts) {
      this.awaited.add(shard)
      const asked = { type: 'prepare', part, open: open() } as const
      const cancel = calls.ask(shard, asked, ({ yes }) => {
        if (yes) this.promised(shard)
        else this.abort()
      })
      this.cancels.push(cancel)
    }
    this.cancels.push(world.after(VOTES_MS, () => this.abort()))
  }

  /** Aborts, unless it may be decided already. */
  abort(): void {
    if (this.phase !== 'voting') return
    this.endVoting()
    this.settle({ kind: 'abort' })
  }

  private promised(shard: string): void {
    this.awaited.delete(shard)
    if (this.phase !== 'voting' || this.awaited.size > 0) return
    this.endVoting()
    const { calls, clock } = this.options
    if (clock === undefined) this.decide({ kind: 'commit', at: 0 })
    else
      calls.ask(clock, { type: 'ask_time' }, ({ time }) =>
        this.decide({ kind: 'commit', at: time }),
      )
  }

  private endVoting(): void {
    this.phase = 'deciding'
    for (const cancel of this.cancels) cancel()
  }

  private decide(outcome: Outcome): void {
    const { calls, transaction, open, has } = this.options
    const asked = { type: 'decide', transaction, outcome, open: open() } as const
    if (has('TX3')) this.settle(outcome, () => calls.ask(homeOf(transaction), asked, () => {}))
    else calls.ask(homeOf(transaction), asked, (decided) => this.settle(decided.outcome))
  }

  /** The second phase. */
  private settle(outcome: Outcome, then = (): void => {}): void {
    this.phase = 'over'
    this.options.decided(outcome)
    if (outcome.kind === 'commit') this.tell(outcome, then)
    else this.tellOnce(outcome)
  }

  private tell(outcome: Outcome, then: () => void): void {
    const { calls, transaction, parts, over } = this.options
    const untold = new Set(parts.keys())
    for (const shard of parts.keys())
      calls.ask(shard, { type: 'finish', transaction, outcome }, () => {
        untold.delete(shard)
        if (untold.size > 0) return
        then()
        over()
      })
  }

  /** Who does not hear of it is in doubt, asks, and learns that nothing else was decided. */
  private tellOnce(outcome: Outcome): void {
    const { world, calls, transaction, parts, over } = this.options
    for (const shard of parts.keys()) {
      const cancel = calls.ask(shard, { type: 'finish', transaction, outcome }, () => {})
      world.after(ONCE_MS, cancel)
    }
    over()
  }
}
