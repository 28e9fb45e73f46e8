/**
 * The view service: decides which server is the primary and which its backup (MIT 6.824, lab 2 of 2013, part
 * A). It never goes on from a view before that view's primary has acknowledged it, which it does
 * when its backup has everything: until then only members of the last acknowledged view are known to be
 * whole. The lab's service waits for that primary for ever; ours may give up a view that was never
 * acknowledged and choose again from the last one that was, because a primary serves only after it has heard
 * that its acknowledgement has come. It is a single node that keeps its decisions on its disk: while it
 * is away, the view stays as it is.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { Presence } from '../presence.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'
import type { Ping, View } from './view.ts'

/** How often it looks who is there, ms; and turns without a ping after which a server counts as dead. */
const TURN_MS = 10
const DEAD_TURNS = 10

interface Kept {
  readonly view: View
  readonly acknowledged: boolean
  /** The last view that was acknowledged. */
  readonly settled: View | null
}

export class ViewService implements Program {
  private kept: Kept | undefined
  /** What is safe on disk and may be told. */
  private told: Kept | undefined
  private readonly presence: Presence
  /** Servers that said that they have no state. */
  private readonly empty = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly servers: readonly string[],
    private readonly bug: Bug | 'none',
  ) {
    this.presence = new Presence(servers, DEAD_TURNS)
    this.kept = world.storage.get('view') as unknown as Kept | undefined
    const { kept } = this
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

  private hear(server: string, { view, whole, ready }: Ping): void {
    this.presence.heard(server)
    if (whole) this.empty.delete(server)
    else this.empty.add(server)
    const { kept } = this
    const isAck = kept?.view.primary === server && kept.view.number === view && ready
    if (isAck && !kept.acknowledged) {
      // Its backup has everything, and may only not have said so yet.
      this.empty.delete(kept.view.backup ?? '')
      this.decide({ view: kept.view, acknowledged: true, settled: kept.view })
    }
    this.tell(server)
  }

  /** Looks who is there, again and again. */
  private turn(): void {
    this.presence.turn()
    this.next()
    this.world.after(TURN_MS, () => this.turn())
  }

  /** Goes on to another view where another is better than this. */
  private next(): void {
    const { view, settled = null } = this.kept ?? {}
    const trusted = (this.bug === 'PB2' ? view : settled) ?? null
    const primary = this.primaryFrom(trusted)
    if (primary === undefined) return
    const others = this.presence.all().filter((name) => name !== primary)
    const preferred = [view?.backup, trusted?.primary, trusted?.backup, ...others]
    const backup = preferred.find((name) => others.includes(name ?? '')) ?? null
    const isLost = this.kept?.acknowledged === true && this.empty.has(backup ?? '')
    if (view?.primary === primary && view.backup === backup && !isLost) return
    const number = (view?.number ?? 0) + 1
    // Who has nothing begins with nothing; where anything was stored, nobody empty is chosen.
    const founding = trusted === null || this.empty.has(primary)
    this.decide({ view: { number, primary, backup, founding }, acknowledged: false, settled })
  }

  /** A member of the view that is there and whole; anybody when nothing was ever stored. */
  private primaryFrom(trusted: View | null): string | undefined {
    if (trusted === null) return this.presence.all()[0]
    const members = [trusted.primary, trusted.backup ?? trusted.primary]
    return members.find(
      (name) => this.presence.has(name) && (!this.empty.has(name) || this.bug === 'PB2'),
    )
  }

  /** Nobody hears of a decision that a power failure could take back. */
  private decide(kept: Kept): void {
    this.kept = kept
    this.world.storage.put('view', kept as unknown as Json)
    this.world.storage.sync(() => this.safe(kept))
  }

  private safe(kept: Kept): void {
    const { told } = this
    // What was decided later may be safe earlier.
    if (told !== undefined && told.view.number > kept.view.number) return
    if (told?.view.number === kept.view.number && told.acknowledged) return
    this.told = kept
    for (const server of this.servers) this.tell(server)
  }

  private tell(server: string): void {
    if (this.told === undefined) return
    const { view, acknowledged } = this.told
    this.world.send(server, { type: 'view', view, acknowledged } as unknown as Body)
  }
}
