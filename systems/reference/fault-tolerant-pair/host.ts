/**
 * A host that runs a virtual machine, as one of a pair ("The Design of a Practical System for Fault-Tolerant Virtual
 * Machines", Scales, Nelson and Venkitachalam 2010, section 2). The primary logs every input and everything that
 * does not follow from inputs, its backup replays the log, and what the primary has to say leaves it when the backup
 * has acknowledged the input behind it: the output rule. A host that hears nothing of the other goes live if the
 * shared storage lets it, and halts if the other was first. Who is alone makes a new backup as soon as it can.
 *
 * The virtual machine here is the state machine of the stores and locks; a host keeps its log on disk, so that it
 * is after a restart what it was.
 */
import type { Json, Message, Program, World } from '../../../harness/api.ts'
import { Journal } from '../journal.ts'
import { LockLeases } from '../lock-leases.ts'
import { Machine, type MachineRequest } from '../machine.ts'
import { Presence } from '../presence.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import type { Result } from '../store.ts'
import type { Bug } from './bugs.ts'
import type { Clone, Input, LogMessage, Standing, Verdict } from './pair.ts'

export interface HostOptions {
  readonly bug: Bug | 'none'
  /** The host of the other machine. */
  readonly other: string
  readonly sharedStorage: string
  /** What this host is when it starts for the first time. */
  readonly founding: Standing
  /** Inputs in the log before a state takes their place. */
  readonly snapshotAfter: number
}

/** How often hosts show that they live, ms. */
const BEAT_MS = 30
/** A host that was silent for so many beats counts as gone. */
const SILENT_BEATS = 6
/** Inputs that a message carries at most. */
const BATCH = 64

export class Host implements Program {
  private standing: Standing
  /** What it is going to be, once that is safe on disk. */
  private next: Standing | undefined
  private readonly journal: Journal<Input>
  private readonly machine = new Machine()
  private readonly leases: LockLeases
  private readonly presence: Presence
  /** Up to where the log is safe on disk, and carried out. */
  private synced = 0
  private applied: number
  /** Primary: up to where the backup has everything; undefined before it has the state. */
  private mirrored: number | undefined
  /** Whether it has asked for the test-and-set of this pair: it must hear what came of it. */
  private isClaiming = false
  /** What the machine has to say to clients, by the input behind it. */
  private readonly outputs = new Map<
    number,
    { readonly client: Message; readonly result: Result }
  >()

  constructor(
    private readonly world: World,
    private readonly options: HostOptions,
  ) {
    this.journal = new Journal(world.storage)
    this.presence = new Presence([options.other], SILENT_BEATS)
    this.leases = new LockLeases(world, this.machine, (request) => this.input(request))
    if (this.journal.since === 0) this.found()
    this.standing = world.storage.get('standing') as unknown as Standing
    this.machine.restore(this.journal.state)
    this.applied = this.journal.baseIndex
    this.replay(this.isLive ? this.journal.lastIndex : this.journal.lastIndex - 1)
    if (this.isLive) this.leases.look()
    this.secure()
    this.beat()
  }

  receive(message: Message): void {
    const { src, body } = message
    if (body.type === 'request') this.serve(message)
    else if (body.type === 'log') this.take(body as unknown as LogMessage)
    else if (body.type === 'clone') this.install(body as unknown as Clone)
    else if (body.type === 'logged') this.hear(body.pair as number, body.index as number)
    else if (body.type === 'idle') this.recruit(src)
    else if (body.type === 'verdict') this.judge(body as unknown as Verdict)
    else if (body.type === 'status') {
      const { role } = this.standing
      const isReady = role === 'primary' ? this.mirrored !== undefined : role !== 'halted'
      reply(this.world, message, { type: 'status_ok', leads: this.isLive, role, isReady })
    }
  }

  /** The first pair begins with an empty machine on both. */
  private found(): void {
    const { founding } = this.options
    this.world.storage.put('standing', founding as unknown as Json)
    this.journal.begin({ since: founding.pair, index: 0, state: this.machine.snapshot() })
  }

  private get isLive(): boolean {
    return this.standing.role === 'primary' || this.standing.role === 'alone'
  }

  private beat(): void {
    const { role, pair } = this.standing
    this.presence.turn()
    const isPaired = role === 'primary' || role === 'backup'
    if (isPaired && (this.isClaiming || !this.presence.has(this.options.other))) this.claim()
    if (role === 'primary') this.mirror()
    if (role === 'halted') this.world.send(this.options.other, { type: 'idle', pair })
    this.world.after(BEAT_MS * (0.5 + this.world.random()), () => this.beat())
  }

  // ------------------------------------------------------------ a live machine

  private serve(message: Message): void {
    if (!this.isLive) {
      sendOn(this.world, message, this.options.other)
      return
    }
    this.input(message.body.request as unknown as MachineRequest, message)
  }

  /** Logs an input and carries it out. What the machine says to the client waits for the output rule. */
  private input(request: MachineRequest, client?: Message): void {
    if (!this.isLive) return
    const lot = this.world.random()
    this.applied = this.journal.append({ request, lot })
    const result = this.machine.apply(request, lot)
    if (client !== undefined) this.outputs.set(this.applied, { client, result })
    this.leases.look()
    this.secure()
  }

  private secure(): void {
    const { since, lastIndex } = this.journal
    this.world.storage.sync(() => {
      // Another machine's state has taken its place meanwhile.
      if (this.journal.since !== since) return
      this.synced = Math.max(this.synced, lastIndex)
      if (this.standing.role === 'primary') this.mirror()
      this.release()
    })
  }

  /** The output rule (section 2.2). */
  private release(): void {
    if (!this.isLive) return
    const isFree = this.standing.role === 'alone' || this.has('FT1')
    const to = isFree ? this.synced : Math.min(this.synced, this.mirrored ?? 0)
    for (const [index, output] of this.outputs) {
      if (index > to) break
      this.outputs.delete(index)
      done(this.world, output.client, output.result)
    }
    const isMirrored = this.standing.role === 'alone' || this.mirrored === this.applied
    if (this.journal.length > this.options.snapshotAfter && isMirrored)
      this.journal.compact(this.applied, this.machine.snapshot())
  }

  // ------------------------------------------------------------ the log

  /** Sends the backup what it lacks: only what this host itself cannot forget any more. */
  private mirror(): void {
    const { mirrored, synced, journal } = this
    const { pair } = this.standing
    if (mirrored === undefined) {
      this.clone(pair)
      return
    }
    const inputs = journal.from(mirrored + 1, synced, BATCH) as unknown as Json
    this.world.send(this.options.other, { type: 'log', pair, after: mirrored, inputs })
  }

  private clone(pair: number): void {
    const what = { pair, index: this.applied, state: this.machine.snapshot() }
    this.world.storage.sync(() => {
      if (this.standing.pair === pair && this.standing.role === 'primary')
        this.world.send(this.options.other, { type: 'clone', ...what })
    })
  }

  private hear(pair: number, index: number): void {
    if (this.standing.role !== 'primary' || pair !== this.standing.pair) return
    this.presence.heard(this.options.other)
    const isNews = index > (this.mirrored ?? -1)
    this.mirrored = Math.max(this.mirrored ?? 0, index)
    this.release()
    if (isNews && this.mirrored < this.synced) this.mirror()
  }

  /** The backup's end. */
  private take({ pair, after, inputs }: LogMessage): void {
    if (this.standing.role !== 'backup' || pair !== this.standing.pair) return
    this.presence.heard(this.options.other)
    const { lastIndex } = this.journal
    if (after <= lastIndex)
      for (const input of inputs.slice(lastIndex - after)) this.journal.append(input)
    // What follows an input is known only with the next one: up to where the machine runs in between.
    this.replay(this.journal.lastIndex - 1)
    if (this.journal.length > this.options.snapshotAfter)
      this.journal.compact(this.applied, this.machine.snapshot())
    this.acknowledge()
  }

  private acknowledge(): void {
    const { pair } = this.standing
    const index = this.journal.lastIndex
    this.world.storage.sync(() => {
      if (this.standing.role === 'backup' && this.standing.pair === pair)
        this.world.send(this.options.other, { type: 'logged', pair, index })
    })
  }

  /** Does what the log says; what the machine has to say was said, or will be asked for again. */
  private replay(to: number): void {
    while (this.applied < to) {
      const { request, lot } = this.journal.at(++this.applied)!
      this.machine.apply(request, this.has('FT3') ? this.world.random() : lot)
    }
  }

  // ------------------------------------------------------------ failures (section 2.3)

  private claim(): void {
    this.isClaiming = true
    if (this.has('FT2')) this.goLive()
    else {
      const { pair } = this.standing
      this.world.send(this.options.sharedStorage, { type: 'test-and-set', pair })
    }
  }

  private judge({ pair, winner }: Verdict): void {
    const { role } = this.standing
    if (pair !== this.standing.pair || role === 'alone' || role === 'halted') return
    if (winner === this.world.self) this.goLive()
    else {
      this.become({ pair, role: 'halted' }, () => {})
      this.giveUpOutputs()
    }
  }

  private goLive(): void {
    const { pair, role } = this.standing
    this.become({ pair, role: 'alone' }, () => {
      if (role === 'backup' && !this.has('FT4')) this.replay(this.journal.lastIndex)
      this.world.log(`goes live alone, the last of pair ${pair}`)
      this.secure()
      this.leases.look()
    })
  }

  /** The other host has a place for a new backup. */
  private recruit(other: string): void {
    const { role, pair } = this.standing
    if (role !== 'alone') return
    this.become({ pair: pair + 1, role: 'primary' }, () => {
      this.presence.heard(other)
      this.mirror()
    })
  }

  /** Begins as a backup: with a state, instead of everything that it had. */
  private install({ pair, index, state }: Clone): void {
    const { standing, next } = this
    if (pair === standing.pair && standing.role === 'backup') this.acknowledge()
    if (pair <= Math.max(standing.pair, next?.pair ?? 0)) return
    this.journal.begin({ since: pair, index, state })
    this.machine.restore(state)
    this.applied = index
    this.synced = 0
    this.giveUpOutputs()
    this.become({ pair, role: 'backup' }, () => {
      this.presence.heard(this.options.other)
      this.acknowledge()
    })
  }

  /** Acts as something else once it could not forget that. A host that halts does so at once. */
  private become(standing: Standing, then: () => void): void {
    const { pair, role } = standing
    if (this.next?.pair === pair && this.next.role === role) return
    this.next = standing
    if (role === 'halted') this.standing = standing
    this.world.storage.put('standing', standing as unknown as Json)
    this.world.storage.sync(() => {
      if (this.next !== standing) return
      this.next = undefined
      this.standing = standing
      this.isClaiming = false
      this.mirrored = undefined
      then()
    })
  }

  /** What clients wait for is said by the other machine, if at all. */
  private giveUpOutputs(): void {
    for (const { client } of this.outputs.values()) giveUp(this.world, client)
    this.outputs.clear()
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
