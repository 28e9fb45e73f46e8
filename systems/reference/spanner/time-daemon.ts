/**
 * The time daemon of a server (Corbett and others 2012, section 3): it asks the time masters again and again. There are no
 * machines with receivers here, so every server that has a time is a master to the others, and what several say is
 * intersected (Marzullo and Owicki, "Maintaining the Time in a Distributed System", 1983). A server that starts has no
 * time until another one tells it.
 *
 * Somebody has to begin. When nobody has a time, the first server begins a new time line, later than all times that
 * anybody has used. It must be certain that nobody has one, at one moment: it asks everybody twice. Who answers both
 * questions in the same run, without a time, had none between the two; and from its second answer on it listens to no
 * master that it asked before, who may have died since.
 */
import type { Body, Message, World } from '../../../harness/api.ts'
import type { Interval, TrueTime } from './true-time.ts'

/** A server with a time asks so often, ms; and one without. */
const POLL_MS = 1000
const AGAIN_MS = 20
/** An answer to a poll so long ago says little. */
const LATE_POLLS = 100

/** What a server without a time says of itself. */
interface Blank {
  readonly run: string
  readonly limit: number
}

/** All had no time when they were asked first, and are asked again. */
interface Second {
  /** Names this question, so that no late answer to another one counts. */
  readonly question: string
  readonly runs: ReadonlyMap<string, Blank>
  /** Who has said so again. */
  readonly confirmed: Set<string>
}

export class TimeDaemon {
  /** One run of this server. */
  private readonly run: string
  /** The latest poll, and when each that may still be answered was sent, by the steady clock. */
  private poll = 0
  private readonly asked = new Map<number, number>()
  /** Who has said that it has no time. */
  private blank = new Map<string, Blank>()
  private second: Second | undefined

  constructor(
    private readonly world: World,
    private readonly time: TrueTime,
  ) {
    this.run = `${world.self}/${world.random()}`
    this.ask()
  }

  /** @returns whether the message was for it */
  receive(message: Message): boolean {
    const { type } = message.body
    if (type === 'time') this.answer(message)
    else if (type === 'time_ok') this.learn(message.body)
    else if (type === 'no_time') this.hearBlank(message)
    else if (type === 'found') this.confirm(message)
    else if (type === 'found_ok') this.hearConfirmed(message)
    else return false
    return true
  }

  private ask(): void {
    const hasTime = this.time.bounds() !== undefined
    this.poll++
    this.asked.set(this.poll, this.world.steady())
    this.asked.delete(this.poll - LATE_POLLS)
    for (const name of this.others()) this.world.send(name, { type: 'time', poll: this.poll })
    if (!hasTime) this.mayFound()
    this.world.after(hasTime ? POLL_MS : AGAIN_MS, () => this.ask())
  }

  private answer({ src, body: { poll } }: Message): void {
    const bounds = this.time.bounds()
    if (bounds === undefined) {
      const { limit } = this.time
      this.world.send(src, { type: 'no_time', poll: poll!, run: this.run, limit })
    } else this.world.send(src, { type: 'time_ok', poll: poll!, ...bounds })
  }

  private learn(body: Body): void {
    const { poll, earliest, latest } = body as unknown as Interval & { readonly poll: number }
    const askedAt = this.asked.get(poll)
    if (askedAt !== undefined) this.time.learn({ earliest, latest }, this.world.steady() - askedAt)
  }

  // ------------------------------------------------------------ a new time line

  private hearBlank({ src, body }: Message): void {
    if (!this.isFirst() || this.second !== undefined || this.time.bounds() !== undefined) return
    this.blank.set(src, body as unknown as Blank)
    if (this.blank.size < this.others().length) return
    const question = `${this.run}/${this.poll}`
    this.second = { question, runs: this.blank, confirmed: new Set() }
    this.blank = new Map()
    this.forgetPolls()
    this.mayFound()
  }

  /** The first server asks everybody for the second time; alone, it need not. */
  private mayFound(): void {
    if (!this.isFirst() || this.time.bounds() !== undefined) return
    if (this.others().length === 0) this.time.found(this.beginning([]))
    const { second } = this
    if (second === undefined) return
    for (const [name, { run }] of second.runs)
      this.world.send(name, { type: 'found', run, question: second.question })
  }

  private confirm({ src, body }: Message): void {
    const isBlank = this.time.bounds() === undefined && body.run === this.run
    if (isBlank) this.forgetPolls()
    this.world.send(src, { type: 'found_ok', question: body.question!, isBlank })
  }

  private hearConfirmed({ src, body }: Message): void {
    const { second } = this
    if (second === undefined || second.question !== body.question) return
    if (this.time.bounds() !== undefined || body.isBlank !== true) this.second = undefined
    else if (second.confirmed.add(src).size === second.runs.size) {
      this.second = undefined
      this.time.found(this.beginning([...second.runs.values()]))
      this.world.log('begins a time line')
    }
  }

  /** After all that anybody has used, and as the machine's clock shows it if that is later. */
  private beginning(others: readonly Blank[]): number {
    return Math.max(this.world.now(), this.time.limit, ...others.map(({ limit }) => limit))
  }

  /** What was asked before is not listened to any more. */
  private forgetPolls(): void {
    this.asked.clear()
  }

  private isFirst(): boolean {
    return this.world.self === this.world.nodes[0]
  }

  private others(): readonly string[] {
    return this.world.nodes.filter((name) => name !== this.world.self)
  }
}
