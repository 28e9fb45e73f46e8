/**
 * One replica of a store of conflict-free replicated data types: updates and reads are carried out here and at once,
 * whatever the network does. An update is acknowledged when another replica has it on its disk as well, so that it
 * outlives the loss of one disk.
 */
import { type Json, type Message, type Program, refusal, type World } from '../../../harness/api.ts'
import { Door } from '../connection.ts'
import type { Bug } from './bugs.ts'
import { Gossip, type Objects } from './gossip.ts'
import { includes, join, type Replicated, type Stamp } from './lattice.ts'
import { type Author, isType, shown, type Update, updated } from './types.ts'

/** Removed dots are never forgotten, but by CD5 after so long; ms. */
const HASTE_MS = 400

const KEYS = 'keys'
const LIFE = 'life'

export class CrdtNode implements Program {
  private readonly objects = new Map<string, Replicated>()
  private readonly gossip: Gossip
  private readonly door: Door
  private readonly author: Author
  private dots = 0
  /** The time of the latest stamp given or seen. */
  private latest = 0
  /** Clients whose updates nobody else has yet, by the number of the change. */
  private waiting: { readonly change: number; readonly answer: () => void }[] = []

  constructor(
    private readonly world: World,
    private readonly bug: Bug | 'none',
  ) {
    const run = `${world.self}.${Math.floor(world.random() * 2 ** 40).toString(36)}`
    this.load()
    this.author = {
      bug,
      actor: bug === 'CD3' ? world.self : run,
      dot: () => `${this.author.actor}/${++this.dots}`,
      stamp: () => this.stamp(),
    }
    this.door = new Door(world, run)
    this.gossip = new Gossip(world, {
      bug,
      run,
      life: this.life(run),
      all: () => Object.fromEntries(this.objects),
      receive: (objects, then) => this.take(objects, then),
      shared: (change) => this.shared(change),
    })
  }

  receive(message: Message): void {
    const { type } = message.body
    if (type === 'changes' || type === 'acknowledge') this.gossip.hear(message)
    else if (type === 'status')
      this.world.send(message.src, { type: 'status_ok', in_reply_to: message.body.msg_id! })
    else if (this.door.admits(message)) this.serve(message)
  }

  private serve(message: Message): void {
    const { src, body } = message
    const key = body.key as string
    const type = key.split('/')[0]!
    const answer = { in_reply_to: body.msg_id! }
    if (!isType(type)) this.world.send(src, refusal(message, 'not-supported', `no ${type} here`))
    else if (body.type === 'read') {
      const value = shown(type, this.objects.get(key), this.bug)
      this.world.send(src, { type: 'read_ok', value, ...answer })
    } else {
      const update = body.update as unknown as Update
      const { delta, told } = updated(type, this.objects.get(key), update, this.author)
      this.put(key, delta)
      const change = this.gossip.note({ [key]: delta })
      this.world.storage.sync(() => {
        this.waiting.push({ change, answer: () => this.world.send(src, { ...told, ...answer }) })
        this.gossip.spread()
      })
    }
  }

  private shared(upTo: number): void {
    const safe = this.waiting.filter(({ change }) => change <= upTo)
    this.waiting = this.waiting.filter(({ change }) => change > upTo)
    for (const { answer } of safe) answer()
  }

  /** What came from another replica; what is new of it is a change of this one as well. */
  private take(objects: Objects, then: () => void): void {
    const fresh = Object.entries(objects).filter(
      ([key, object]) => !includes(this.objects.get(key), object),
    )
    if (fresh.length > 0) this.gossip.note(Object.fromEntries(fresh))
    for (const [key, object] of this.bug === 'CD1' ? Object.entries(objects) : fresh)
      this.put(key, object)
    this.world.storage.sync(then)
  }

  private put(key: string, delta: Replicated): void {
    const { storage } = this.world
    if (!this.objects.has(key)) storage.append(KEYS, key)
    const object = join(this.objects.get(key), delta, this.bug)
    this.objects.set(key, object)
    storage.put(`object/${key}`, object as unknown as Json)
    this.see(delta)
    if (this.bug === 'CD5' && delta.state.kind === 'dots') {
      const removed = Object.keys(delta.state.removed)
      if (removed.length > 0) this.world.after(HASTE_MS, () => this.forget(key, removed))
    }
  }

  /** Its own stamps are later than all that it has seen, whatever its clock says. */
  private see({ state }: Replicated): void {
    if (state.kind === 'stamps')
      for (const { stamp } of Object.values(state.entries))
        this.latest = Math.max(this.latest, stamp[0])
  }

  private stamp(): Stamp {
    if (this.bug === 'CD6') return [Math.floor(this.world.now() / 1000)]
    this.latest = Math.max(this.world.now(), this.latest + 1)
    return [this.latest, this.author.actor]
  }

  private forget(key: string, dots: readonly string[]): void {
    const object = this.objects.get(key)!
    if (object.state.kind !== 'dots') return
    const adds = { ...object.state.adds }
    const removed = { ...object.state.removed }
    for (const dot of dots) {
      delete adds[dot]
      delete removed[dot]
    }
    this.objects.set(key, { ...object, state: { ...object.state, adds, removed } })
  }

  private load(): void {
    for (const key of this.world.storage.entries(KEYS) as readonly string[]) {
      const object = this.world.storage.get(`object/${key}`) as unknown as Replicated | undefined
      if (object === undefined) continue
      this.objects.set(key, object)
      this.see(object)
    }
  }

  /** From one loss of the disk to the next. */
  private life(run: string): string {
    const kept = this.world.storage.get(LIFE) as string | undefined
    if (kept !== undefined) return kept
    this.world.storage.put(LIFE, run)
    return run
  }
}
