/**
 * How replicas that have missed something catch up (Dynamo, sections 4.6 and 4.7): hints are handed to the homes of
 * their objects, and two replicas now and then compare all that both should have. We send the versions of all keys
 * instead of a Merkle tree of them: it finds the same.
 */
import type { Body, Message, World } from '../../../harness/api.ts'
import type { Rounds } from '../rounds.ts'
import type { Replica } from './replica.ts'
import type { Ring } from './ring.ts'
import { type Objects, type Stored, tagOf } from './versions.ts'

/** Between two comparisons of a node with another, about so many ms. */
const COMPARE_MS = 4000
/** Between two attempts to hand hints over, about so many ms. */
const HAND_MS = 4000
/** An attempt that got no answer is given up after so long, ms. */
const PATIENCE_MS = 400

type Tags = Readonly<Record<string, string>>

type Hint = readonly [key: string, stored: Stored]

interface Manner {
  /** Gives up after so long; never without it. */
  readonly withinMs?: number
  /** Whether it asks for hints as well, as one who has lost everything does. */
  readonly withHints?: boolean
}

export class Repair {
  /** By node: what it has of the hints, as key and version. */
  private readonly handed = new Map<string, Set<string>>()

  constructor(
    private readonly world: World,
    private readonly ring: Ring,
    private readonly replica: Replica,
    private readonly rounds: Rounds,
  ) {}

  /** Begins to catch up, for ever. */
  begin(): void {
    this.world.after(COMPARE_MS * (0.5 + this.world.random()), () => this.compareWithOne())
    this.world.after(HAND_MS * (0.5 + this.world.random()), () => this.handOver())
  }

  /** Exchanges with another node all that either lacks; calls back when both have it safe. */
  exchange(peer: string, then: () => void, { withinMs, withHints = false }: Manner = {}): void {
    this.rounds.start({
      targets: [peer],
      body: () => ({ type: 'compare', tags: this.tagsFor(peer), hints: withHints }),
      need: 1,
      done: (replies) => this.balance(peer, replies.get(peer)!, then, withinMs),
      ...(withinMs === undefined ? {} : { withinMs }),
    })
  }

  /** Another node asks what it lacks, and says what it has. */
  compared({ src, body }: Message, reply: (body: Body) => void): void {
    const tags = body.tags as Tags
    const objects: Record<string, Stored> = {}
    const hinted = body.hints === true ? this.replica.hinted() : []
    for (const [key, stored] of [...hinted, ...this.replica.entries()])
      if (this.ring.isHome(src, key) && tags[key] !== tagOf(stored)) objects[key] = stored
    const want = Object.entries(tags).flatMap(([key, tag]) => {
      const isMine = this.ring.isHome(this.world.self, key)
      return isMine && tagOf(this.replica.get(key)) !== tag ? [key] : []
    })
    this.replica.settled(() => reply({ type: 'compare_ok', objects: json(objects), want }))
  }

  /** The versions of what both keep; of what only the other keeps as well, so that it may ask for hints. */
  private tagsFor(peer: string): Tags {
    const { self } = this.world
    const mine = [...this.replica.entries()].filter(
      ([key]) => this.ring.isHome(peer, key) || this.ring.isHome(self, key),
    )
    return Object.fromEntries(mine.map(([key, stored]) => [key, tagOf(stored)]))
  }

  private balance(
    peer: string,
    { objects, want }: Body,
    then: () => void,
    withinMs?: number,
  ): void {
    const asked = (want as readonly string[]).flatMap((key) => {
      const stored = this.replica.get(key)
      return stored === undefined ? [] : [[key, stored] as const]
    })
    this.replica.put(objects as unknown as Objects, () =>
      this.rounds.start({
        targets: asked.length === 0 ? [] : [peer],
        body: () => ({ type: 'store', objects: json(Object.fromEntries(asked)) }),
        need: asked.length === 0 ? 0 : 1,
        done: then,
        ...(withinMs === undefined ? {} : { withinMs }),
      }),
    )
  }

  private compareWithOne(): void {
    const { self, nodes, random } = this.world
    const others = nodes.filter((name) => name !== self)
    const peer = others[Math.floor(random() * others.length)]
    if (peer !== undefined) this.exchange(peer, () => {}, { withinMs: PATIENCE_MS })
    this.world.after(COMPARE_MS * (0.5 + random()), () => this.compareWithOne())
  }

  /** Another node has lost what it had. */
  reborn(node: string): void {
    this.handed.delete(node)
  }

  /** Calls back when it keeps nothing for others any more. */
  relieve(then: () => void): void {
    this.handHints()
    if (this.replica.hinted().size === 0) then()
    else this.world.after(PATIENCE_MS, () => this.relieve(then))
  }

  private handOver(): void {
    this.handHints()
    this.world.after(HAND_MS * (0.5 + this.world.random()), () => this.handOver())
  }

  /** Gives all hints to all homes of their objects, and drops those that every home has. */
  private handHints(): void {
    const hints = [...this.replica.hinted()]
    // One that came late may be at all homes already.
    this.dropHanded(hints)
    for (const home of new Set(hints.flatMap(([key]) => this.ring.homes(key)))) {
      const isDue = ([key, stored]: Hint): boolean =>
        this.ring.isHome(home, key) && !this.hasHad(home, key, stored)
      const due = hints.filter(isDue)
      if (due.length > 0) this.hand(home, due)
    }
  }

  private hand(home: string, due: readonly Hint[]): void {
    this.rounds.start({
      targets: [home],
      body: () => ({ type: 'store', objects: json(Object.fromEntries(due)) }),
      need: 1,
      withinMs: PATIENCE_MS,
      done: () => {
        const had = this.handed.get(home) ?? new Set()
        this.handed.set(home, had)
        for (const [key, stored] of due) had.add(`${key} ${tagOf(stored)}`)
        this.dropHanded(due)
      },
    })
  }

  private dropHanded(hints: readonly Hint[]): void {
    for (const [key, stored] of hints)
      if (this.ring.homes(key).every((home) => this.hasHad(home, key, stored)))
        this.replica.dropHint(key, stored)
  }

  private hasHad(home: string, key: string, stored: Stored): boolean {
    return this.handed.get(home)?.has(`${key} ${tagOf(stored)}`) === true
  }
}

const json = (objects: Objects): Body['objects'] => objects as unknown as Body['objects']
