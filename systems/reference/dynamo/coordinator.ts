/**
 * The node that a client speaks to asks those that keep an object. There are two kinds.
 *
 * Registers, and the cells of sets, ask for strict quorums: R + W > N of the homes. A write first learns the latest
 * stamp from R of them, and a read that saw replicas behind brings W up to date before it answers: without that a later
 * read may meet only those that are behind. This makes them linearizable (Attiya, Bar-Noy and Dolev, "Sharing
 * Memory Robustly in Message-Passing Systems", 1995; Kleppmann, "Designing Data-Intensive Applications", chapter 9).
 *
 * Carts are always writable (Dynamo, sections 2.3 and 4.6): where homes are silent others keep the write with a hint. Two
 * writes that did not know each other are siblings, and the next write, or read, unites them.
 */
import { type Body, type Json, type Message, refusal, type World } from '../../../harness/api.ts'
import type { Rounds } from '../rounds.ts'
import type { Bug } from './bugs.ts'
import type { Replica } from './replica.ts'
import type { Ring } from './ring.ts'
import {
  type Clock,
  dominates,
  joined,
  merge,
  type Objects,
  type Stamp,
  type Stored,
  tagOf,
} from './versions.ts'

/** How many of three must answer. */
const QUORUM = { read: 2, write: 2 }
/** Longer than this no client waits, ms. */
const PATIENCE_MS = 1900
/** A cart's write waits so long for what is there already, ms. */
const GLANCE_MS = 100

/** What replicas said, by who said it. */
type Said = ReadonlyMap<string, Objects>

export class Coordinator {
  /** The last stamp that it gave. */
  private last = 0
  /** What it wrote to carts: its own later writes know it, whatever the replicas say. */
  private readonly carts = new Map<string, Stored>()

  constructor(
    private readonly world: World,
    private readonly ring: Ring,
    private readonly replica: Replica,
    private readonly rounds: Rounds,
    private readonly options: { readonly bug: Bug | 'none'; readonly actor: string },
  ) {}

  /** Carries out a client's request. */
  serve(message: Message): void {
    const { type, key } = message.body as Body & { readonly key: string }
    if (type === 'read') this.read(message, key)
    else if (type === 'write') this.write(message, key, message.body.value!)
    else if (type === 'add') this.add(message, key, message.body.value!)
    else this.world.send(message.src, refusal(message, 'not-supported', `no ${type} here`))
  }

  // ------------------------------------------------------------ strict quorums

  /** Reads a key, or all keys of a partition. */
  private read(message: Message, key: string): void {
    this.fetch(message, key, (said) => {
      const latest = united(said)
      const answer = (): void =>
        this.answer(message, { type: 'read_ok', values: valuesOf(latest) as Json })
      if (this.has('DY1') || this.has('DY2')) answer()
      else this.bringUp(message, key, latest, said, answer)
    })
  }

  private write(message: Message, key: string, value: Json): void {
    if (this.has('DY4')) {
      this.store(message, key, { kind: 'latest', stamp: [this.world.now(), this.name()], value })
      return
    }
    this.fetch(message, key, (said) => {
      const stamps = Object.values(united(said)).map((one) =>
        one.kind === 'latest' ? one.stamp[0] : 0,
      )
      this.last = Math.max(this.last, ...stamps) + 1
      this.store(message, key, { kind: 'latest', stamp: this.stamp(), value })
    })
  }

  private store(message: Message, key: string, stored: Stored): void {
    this.rounds.start({
      targets: this.ring.homes(key),
      body: () => ({ type: 'store', objects: json({ [key]: stored }) }),
      need: QUORUM.write,
      withinMs: PATIENCE_MS,
      done: () => this.answer(message, { type: 'write_ok' }),
      failed: () => this.refuse(message, 'timeout'),
    })
  }

  /** What R homes have. */
  private fetch(message: Message, key: string, then: (said: Said) => void): void {
    this.rounds.start({
      targets: this.ring.homes(key),
      body: () => ({ type: 'fetch', key }),
      need: this.has('DY1') ? 1 : QUORUM.read,
      withinMs: PATIENCE_MS,
      done: (replies) => then(saidIn(replies)),
      // Nothing was sent yet that could change anything.
      failed: () => this.refuse(message, 'temporarily-unavailable'),
    })
  }

  /** Goes on when W homes have the latest. */
  private bringUp(
    message: Message,
    key: string,
    latest: Objects,
    said: Said,
    then: () => void,
  ): void {
    const behind = new Map(
      this.ring.homes(key).map((home) => [home, lacking(latest, said.get(home) ?? {})] as const),
    )
    const need = QUORUM.write - [...behind.values()].filter(isEmpty).length
    const late = [...behind].flatMap(([home, lacks]) => (isEmpty(lacks) ? [] : [home]))
    this.rounds.start({
      targets: need > 0 ? late : [],
      body: (home) => ({ type: 'store', objects: json(behind.get(home)!) }),
      need: Math.max(0, need),
      withinMs: PATIENCE_MS,
      done: then,
      failed: () => this.refuse(message, 'temporarily-unavailable'),
    })
  }

  // ------------------------------------------------------------ carts

  private add(message: Message, key: string, item: Json): void {
    const go = (replies: ReadonlyMap<string, Body>): void => {
      const known = [this.carts.get(key), united(saidIn(replies))[key]].filter((one) => !!one)
      const cart = this.withItem(known, item)
      this.carts.set(key, cart)
      this.keep(message, key, cart)
    }
    this.rounds.start({
      targets: this.ring.homes(key),
      body: () => ({ type: 'fetch', key }),
      need: QUORUM.read,
      withinMs: GLANCE_MS,
      done: go,
      failed: go,
    })
  }

  /** A version that knows all of these, with one item more. */
  private withItem(known: readonly (Stored | undefined)[], item: Json): Stored {
    const siblings = known.flatMap((one) => (one?.kind === 'siblings' ? one.siblings : []))
    const items = new Set(siblings.flatMap(({ value }) => value as readonly Json[]))
    const clock = joined(siblings.map((one) => one.clock))
    const { actor } = this.options
    const next: Clock = { ...clock, [actor]: (clock[actor] ?? 0) + 1 }
    return { kind: 'siblings', siblings: [{ clock: next, value: [...items, item] }] }
  }

  /** At the first that are not away (section 4.6), and at others where those are silent. */
  private keep(message: Message, key: string, cart: Stored): void {
    const store: Body = { type: 'store', objects: json({ [key]: cart }) }
    const hint: Body = { type: 'hint', key, object: cart as unknown as Json }
    const homes = this.ring.homes(key)
    const there = homes.filter((home) => !this.rounds.isAway(home))
    const fallbacks = this.ring.fallbacks(key)
    const away = homes.length - there.length
    this.rounds.start({
      targets: [...there, ...fallbacks.slice(0, away)],
      body: (target) => (homes.includes(target) ? store : hint),
      need: QUORUM.write,
      withinMs: PATIENCE_MS,
      standIns: [
        ...fallbacks.slice(away).map((target) => ({ target, body: hint })),
        ...homes.filter((home) => !there.includes(home)).map((target) => ({ target, body: store })),
      ],
      done: () => this.answer(message, { type: 'add_ok' }),
      failed: () => this.refuse(message, 'timeout'),
    })
  }

  // ------------------------------------------------------------ the rest

  /** What this node has of a key, or of a partition, for whoever coordinates. */
  fetched({ body }: Message, reply: (body: Body) => void): void {
    this.replica.loaded(() =>
      reply({ type: 'fetch_ok', objects: json(this.replica.read(body.key as string)) }),
    )
  }

  private stamp(): Stamp {
    return [this.last, this.name()]
  }

  private name(): string {
    return this.options.actor
  }

  private answer({ src, body }: Message, answer: Body): void {
    this.world.send(src, { in_reply_to: body.msg_id!, ...answer })
  }

  private refuse(message: Message, why: 'timeout' | 'temporarily-unavailable'): void {
    this.world.send(message.src, refusal(message, why, 'too few replicas answer'))
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}

const saidIn = (replies: ReadonlyMap<string, Body>): Said =>
  new Map([...replies].map(([node, { objects }]) => [node, objects as unknown as Objects]))

const united = (said: Said): Objects => {
  const all: Record<string, Stored> = {}
  for (const objects of said.values())
    for (const [key, stored] of Object.entries(objects))
      all[key] = merge(all[key], stored, dominates)
  return all
}

/** What somebody who said this has not. */
const lacking = (latest: Objects, said: Objects): Objects =>
  Object.fromEntries(
    Object.entries(latest).filter(([key, stored]) => tagOf(said[key]) !== tagOf(stored)),
  )

const isEmpty = (objects: Objects): boolean => Object.keys(objects).length === 0

/** What clients get to see: one value a key, or the items of all siblings. */
const valuesOf = (objects: Objects): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(objects).flatMap(([key, stored]): [string, Json][] => {
      if (stored.kind === 'latest') return stored.value === null ? [] : [[key, stored.value]]
      return [[key, [...new Set(stored.siblings.flatMap(({ value }) => value as readonly Json[]))]]]
    }),
  )

const json = (objects: Objects): Json => objects as unknown as Json
