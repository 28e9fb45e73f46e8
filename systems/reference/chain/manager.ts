/**
 * The master of a chain (van Renesse and Schneider, "Chain Replication for Supporting High Throughput and
 * Availability", OSDI 2004, section 3): notices servers that fail, takes them out of the chain, and adds others
 * behind the tail (sections 3.2 and 3.3). Any part of the chain has everything that was answered, so
 * taking out needs nobody's consent; a server that is added counts only when it says that it has the state. It is a
 * single node that keeps its decisions on its disk, in place of the paper's replicated master.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { Presence } from '../presence.ts'
import { reply } from '../replies.ts'
import { type Config, PING_MS, type Ping } from './config.ts'

/** Turns without a ping after which a server counts as failed. */
const FAILED_TURNS = 4

export class Manager implements Program {
  private config: Config = { epoch: 0, chain: [], joiner: null }
  /** What is safe on disk and may be told. */
  private told: Config | undefined
  private readonly presence: Presence
  /** Servers that said that they have no state. */
  private readonly empty = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly servers: readonly string[],
  ) {
    this.presence = new Presence(servers, FAILED_TURNS)
    const kept = world.storage.get('config') as unknown as Config | undefined
    this.config = kept ?? this.config
    world.storage.sync(() => {
      if (kept !== undefined) this.safe(kept)
      this.turn()
    })
  }

  receive(message: Message): void {
    const { body, src } = message
    if (body.type === 'ping') this.hear(src, body as unknown as Ping)
    else if (body.type === 'status') reply(this.world, message, { type: 'status_ok', leads: false })
  }

  private hear(server: string, { since, run, question }: Ping): void {
    this.presence.heard(server)
    if (since === 0) this.empty.add(server)
    else this.empty.delete(server)
    const { epoch, chain, joiner } = this.config
    if (server === joiner && since === epoch) this.decide([...chain, joiner], null)
    this.tell(server, { run, question })
  }

  /** Looks who is there, again and again. */
  private turn(): void {
    this.presence.turn()
    this.next()
    this.world.after(PING_MS, () => this.turn())
  }

  private next(): void {
    const { epoch, chain, joiner } = this.config
    const left = chain.filter((name) => this.presence.has(name) && !this.empty.has(name))
    // Nobody is left who has everything: wait until somebody is back.
    if (left.length === 0 && chain.length > 0) return
    const isJoining = joiner !== null && this.presence.has(joiner)
    const others = this.presence.all().filter((name) => !chain.includes(name))
    const next = isJoining ? joiner : (others.find((name) => name !== joiner) ?? null)
    if (epoch > 0 && left.length === chain.length && next === joiner) return
    if (left.length + (next === null ? 0 : 1) > 0) this.decide(left, next)
  }

  /** Nobody hears of a decision that a power failure could take back. */
  private decide(chain: readonly string[], joiner: string | null): void {
    const config = { epoch: this.config.epoch + 1, chain, joiner }
    this.config = config
    this.world.storage.put('config', config as unknown as Json)
    this.world.storage.sync(() => this.safe(config))
  }

  private safe(config: Config): void {
    // What was decided later may be safe earlier.
    if (this.told !== undefined && this.told.epoch > config.epoch) return
    this.told = config
    for (const server of this.servers) this.tell(server)
  }

  private tell(server: string, asked?: Pick<Ping, 'run' | 'question'>): void {
    const { told: config } = this
    if (config === undefined) return
    // A decision that is not told yet may soon be: nobody is confirmed in the old one any more.
    const isCurrent = config.epoch === this.config.epoch
    const body = { type: 'config', config, ...(isCurrent ? asked : {}) }
    this.world.send(server, body as unknown as Body)
  }
}
