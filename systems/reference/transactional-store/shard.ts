/**
 * A shard, on the node that serves it: lets transactions read, promises to be able to commit their parts, and carries out what their
 * coordinators decide (Bernstein, Hadzilacos, Goodman 1987, sections 7.4 and 7.5: two-phase commit, and those in doubt).
 * Whoever has promised and hears nothing is in doubt: it asks the transaction's home, where without a
 * decision its question is one to abort. All that is promised is in the log before anybody hears of it.
 */
import type { Body, Json, Message, World } from '../../../harness/api.ts'
import type { Calls } from './calls.ts'
import type { Command, Outcome, Part, Result, Seen } from './commands.ts'
import type { Control, Wanted } from './controls/control.ts'
import type { Machine } from './machine.ts'
import type { Answer, Asked, Decide, Fetch, Prepare } from './messages.ts'
import { homeOf } from './names.ts'
import type { Replica } from './replica.ts'

const TURN_MS = 100
/** Who has promised and hears nothing for so many turns is in doubt. */
const PATIENCE_TURNS = 3

export interface ShardOptions {
  readonly world: World
  readonly machine: Machine
  readonly calls: Calls
  /** A new one for each time that this node begins to serve the shard. */
  readonly control: () => Control
}

/** Serves a shard from the moment on that it has a log. */
export class Shard {
  /** While this node serves the shard. */
  private control: Control | undefined
  /** Requests that are not answered yet: by asker and number. */
  private readonly underWay = new Map<string, Message>()
  /** By transaction that was promised: turns since it was heard of. */
  private readonly silence = new Map<string, number>()
  /** By transaction in doubt: what ends its question. */
  private readonly doubts = new Map<string, () => void>()

  constructor(
    private readonly options: ShardOptions,
    private readonly replica: () => Replica<Command, Result>,
  ) {
    this.turn()
  }

  /** Whether this node serves the shard. */
  get serves(): boolean {
    return this.control !== undefined
  }

  /** Begins to serve, with what the log holds. */
  begin(): void {
    const { machine, control } = this.options
    if (machine.has('TX1')) machine.forgetPromises()
    this.control = control()
    for (const part of machine.parts) this.control.inherit(part)
  }

  /** Serves no more: who waits must ask elsewhere. */
  end(): void {
    this.control = undefined
    this.silence.clear()
    for (const cancel of this.doubts.values()) cancel()
    this.doubts.clear()
    for (const message of [...this.underWay.values()]) this.sendOn(message)
  }

  /** Gives the locks of a transaction back that has promised nothing. */
  release(transaction: string): void {
    if (!this.options.machine.hasPromised(transaction)) this.control?.ended(transaction)
  }

  /** A request: `call` in its body. */
  receive(message: Message): void {
    const name = nameOf(message)
    if (this.underWay.has(name)) return
    this.underWay.set(name, message)
    if (this.control === undefined) this.sendOn(message)
    else this.serve(message, message.body as unknown as Asked, this.control)
  }

  private serve(message: Message, asked: Asked, control: Control): void {
    switch (asked.type) {
      case 'fetch':
        this.fetch(message, asked, control)
        break
      case 'confirm':
        this.confirm(message, asked.part, control)
        break
      case 'prepare':
        this.prepare(message, asked, control)
        break
      case 'decide':
        this.decide(message, asked)
        break
      case 'finish':
        this.finish(asked.transaction, asked.outcome, message)
        break
      case 'ask_time':
        this.propose({ f: 'timestamp' }, message, ({ time }) =>
          this.answer(message, { type: 'time', time }),
        )
    }
  }

  // ------------------------------------------------------------ reads

  private fetch(message: Message, { transaction, began, wanted }: Fetch, control: Control): void {
    const reader = { transaction, began }
    const admitted = (may: boolean): void => {
      if (may) this.show(message, reader, wanted, control)
      else this.answer(message, { type: 'refused' })
    }
    if (control.reads === 'validated-later') control.admit(reader, wanted, admitted)
    else this.whenLatest(message, () => control.admit(reader, wanted, admitted))
  }

  private show(
    message: Message,
    reader: { readonly transaction: string; readonly began: number },
    wanted: Wanted,
    control: Control,
  ): void {
    const { versions } = this.options.machine
    const keys = 'keys' in wanted ? wanted.keys : versions.rowsOf(wanted.partition)
    const found = keys.map((key) => [key, control.see(reader, key)] as const)
    const values: Json[] = []
    const seen: Seen[] = []
    for (const [key, version] of found) {
      if (version === 'cut' || (version === undefined && 'partition' in wanted)) continue
      values.push(version?.value ?? null)
      seen.push([key, version?.writer ?? null])
    }
    const tenure = control.tenureOf(reader.transaction)
    const isCut = found.some(([, version]) => version === 'cut')
    this.answer(message, isCut ? { type: 'refused' } : { type: 'fetched', tenure, values, seen })
  }

  /** What a transaction has read that writes nothing: no promise is needed, for nothing is left to do. */
  private confirm(message: Message, part: Part, control: Control): void {
    this.whenLatest(message, () => {
      const yes = control.wasTrue(part)
      control.ended(part.transaction)
      this.answer(message, { type: 'voted', yes })
    })
  }

  /** Calls back when this node served the shard after this moment. */
  private whenLatest(message: Message, done: () => void): void {
    const lost = (): void => this.sendOn(message)
    if (!this.replica().confirm({ done, lost })) lost()
  }

  // ------------------------------------------------------------ two-phase commit

  private prepare(message: Message, { part, open }: Prepare, control: Control): void {
    const { machine } = this.options
    const vote = (yes: boolean): void => this.answer(message, { type: 'voted', yes })
    const promise = (): void =>
      this.propose({ f: 'prepare', part, open }, message, ({ promised }) => {
        if (promised) this.promised(part, control)
        else control.ended(part.transaction)
        vote(promised)
      })
    if (machine.hasPromised(part.transaction)) vote(true)
    // What is over needs no locks.
    else if (machine.isFinished(part.transaction)) promise()
    else control.vote(part, (may) => (may ? promise() : vote(false)))
  }

  private promised(part: Part, control: Control): void {
    control.inherit(part)
    this.silence.set(part.transaction, 0)
  }

  private decide(message: Message, { transaction, outcome, open }: Decide): void {
    this.propose({ f: 'decide', transaction, outcome, open }, message, (decided) =>
      this.answer(message, { type: 'decided', outcome: decided.outcome }),
    )
  }

  private finish(transaction: string, outcome: Outcome, message?: Message): void {
    this.propose({ f: 'finish', transaction, outcome }, message, () => {
      this.silence.delete(transaction)
      this.doubts.get(transaction)?.()
      this.doubts.delete(transaction)
      this.control?.ended(transaction)
      if (message !== undefined) this.answer(message, { type: 'finished' })
    })
  }

  private turn(): void {
    this.options.world.after(TURN_MS, () => this.turn())
    if (this.control === undefined) return
    this.control.turn()
    for (const { transaction } of this.options.machine.parts) {
      const turns = (this.silence.get(transaction) ?? 0) + 1
      this.silence.set(transaction, turns)
      if (turns >= PATIENCE_TURNS && !this.doubts.has(transaction)) this.doubt(transaction)
    }
  }

  private doubt(transaction: string): void {
    const { machine, calls } = this.options
    const outcome = { kind: 'abort' } as const
    if (machine.has('TX2')) {
      this.finish(transaction, outcome)
      return
    }
    const asked = { type: 'decide', transaction, outcome, open: 0 } as const
    const cancel = calls.ask(homeOf(transaction), asked, (decided) =>
      this.finish(transaction, decided.outcome),
    )
    this.doubts.set(transaction, cancel)
  }

  // ------------------------------------------------------------ the log, and answers

  private propose<C extends Command>(
    command: C,
    message: Message | undefined,
    then: (result: Extract<Result, { readonly f: C['f'] }>) => void,
  ): void {
    const done = (result: Result): void => then(result as Parameters<typeof then>[0])
    const lost = (): void => {
      if (message !== undefined) this.sendOn(message)
    }
    if (!this.replica().propose(command, { done, lost })) lost()
  }

  private answer(message: Message, answer: Answer): void {
    this.reply(message, answer as unknown as Body)
  }

  private sendOn(message: Message): void {
    const { known } = this.replica()
    const { self } = this.options.world
    this.reply(message, { type: 'elsewhere', server: known === self ? null : known })
  }

  /** Answers once. */
  private reply(message: Message, body: Body): void {
    if (!this.underWay.delete(nameOf(message))) return
    this.options.world.send(message.src, { call: message.body.call!, ...body })
  }
}

const nameOf = ({ src, body }: Message): string => `${src}/${body.call}`
