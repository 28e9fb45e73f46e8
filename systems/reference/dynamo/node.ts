/**
 * One node of a store in the manner of Dynamo (DeCandia and others, "Dynamo: Amazon's Highly Available Key-value Store",
 * SOSP 2007): it coordinates what its clients ask, keeps its share of the objects, and catches up with the others.
 *
 * A node whose disk is empty may have lost it, and with it what others count on: two quorums meet in a replica that
 * remembers. So it begins a new life: it takes no part in reads before every other node has compared notes
 * with all the others and has handed over its hints (those that the new one kept are lost), and it has fetched from
 * each what they have.
 */
import { type Body, type Message, type Program, refusal, type World } from '../../../harness/api.ts'
import { Door } from '../connection.ts'
import { Rounds } from '../rounds.ts'
import type { Bug } from './bugs.ts'
import { Coordinator } from './coordinator.ts'
import { Repair } from './repair.ts'
import { Replica } from './replica.ts'
import { Ring } from './ring.ts'
import type { Objects, Stored } from './versions.ts'

const LIFE = 'life'

export class DynamoNode implements Program {
  private readonly rounds: Rounds
  private readonly replica: Replica
  private readonly repair: Repair
  private readonly coordinator: Coordinator
  private readonly door: Door
  /** From one loss of its disk to the next. */
  private readonly life: string
  private isMember: boolean
  /** Nodes that it compares notes for, by the life that they begin. */
  private readonly greeting = new Map<string, 'under way' | 'done'>()

  constructor(
    private readonly world: World,
    bug: Bug | 'none',
  ) {
    const actor = `${world.self}.${Math.floor(world.random() * 2 ** 40).toString(36)}`
    const kept = world.storage.get(LIFE) as string | undefined
    this.life = kept ?? actor
    this.isMember = kept !== undefined
    const ring = new Ring(world.nodes)
    this.rounds = new Rounds(world)
    this.replica = new Replica(world, bug)
    this.repair = new Repair(world, ring, this.replica, this.rounds)
    this.coordinator = new Coordinator(world, ring, this.replica, this.rounds, { bug, actor })
    this.door = new Door(world, actor)
    this.repair.begin()
    if (!this.isMember) this.join()
  }

  receive(message: Message): void {
    const { body } = message
    const reply = (answer: Body): void =>
      this.world.send(message.src, { round: body.round, life: this.life, ...answer })
    if (body.type.endsWith('_ok')) this.rounds.hear(message)
    else if (body.type === 'fetch') {
      if (this.isMember) this.coordinator.fetched(message, reply)
    } else if (body.type === 'store')
      this.replica.put(body.objects as unknown as Objects, () => reply({ type: 'store_ok' }))
    else if (body.type === 'hint')
      this.replica.putHint(body.key as string, body.object as unknown as Stored, () =>
        reply({ type: 'hint_ok' }),
      )
    else if (body.type === 'compare') this.repair.compared(message, reply)
    else if (body.type === 'join') this.greet(message, reply)
    else this.serve(message)
  }

  private serve(message: Message): void {
    const { src, body } = message
    if (body.type === 'status') {
      const hints = this.replica.hinted().size
      const answer = { type: 'status_ok', member: this.isMember, hints }
      this.world.send(src, { in_reply_to: body.msg_id!, ...answer })
    } else if (!this.isMember)
      this.world.send(src, refusal(message, 'temporarily-unavailable', 'not a member yet'))
    else if (this.door.admits(message)) this.coordinator.serve(message)
  }

  // ------------------------------------------------------------ a new life

  private join(): void {
    const others = this.others()
    this.rounds.start({
      targets: others,
      body: () => ({ type: 'join', life: this.life }),
      need: others.length,
      done: () => this.fetchAll(others),
    })
  }

  /** One after the other, then it is a member. */
  private fetchAll([next, ...rest]: readonly string[]): void {
    if (next !== undefined) {
      this.repair.exchange(next, () => this.fetchAll(rest), { withHints: true })
      return
    }
    this.world.storage.put(LIFE, this.life)
    this.world.storage.sync(() => {
      this.isMember = true
      this.world.log('is a member')
    })
  }

  /** Another node begins a new life: what it said earlier does not count, and what it kept others must have. */
  private greet({ src, body }: Message, reply: (body: Body) => void): void {
    const life = body.life as string
    this.rounds.reborn(src, life)
    const known = this.greeting.get(life)
    if (known === undefined) this.repair.reborn(src)
    if (known === 'done') reply({ type: 'join_ok' })
    if (known !== undefined) return
    this.greeting.set(life, 'under way')
    const welcome = (): void => {
      this.greeting.set(life, 'done')
      reply({ type: 'join_ok' })
    }
    const compare = ([next, ...rest]: readonly string[]): void => {
      if (next !== undefined) this.repair.exchange(next, () => compare(rest))
      else this.repair.relieve(welcome)
    }
    compare(this.others().filter((name) => name !== src))
  }

  private others(): readonly string[] {
    return this.world.nodes.filter((name) => name !== this.world.self)
  }
}
