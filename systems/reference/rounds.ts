/**
 * A round of requests to several nodes, of which so many must answer. Those who are silent are asked again, for all
 * messages may be lost; their answers are counted once. A node that has lost its disk is a new one: what it had
 * answered in its earlier life does not count any more.
 */
import type { Body, Message, World } from '../../harness/api.ts'

/** Who is silent for so long is asked again, ms; and counts as away for so long. */
const AGAIN_MS = 150
const AWAY_MS = 1000

export interface RoundOptions {
  readonly targets: readonly string[]
  readonly body: (target: string) => Body
  readonly need: number
  readonly done: (replies: ReadonlyMap<string, Body>) => void
  /** Gives up after so long, ms; never without it. */
  readonly withinMs?: number
  readonly failed?: (replies: ReadonlyMap<string, Body>) => void
  /** Others to ask, when so many of the first are silent. */
  readonly standIns?: readonly { readonly target: string; readonly body: Body }[]
}

interface Round extends RoundOptions {
  readonly asked: Map<string, Body>
  readonly replies: Map<string, Body>
  /** Stops asking again. */
  cancelAgain: () => void
  cancelDeadline: () => void
}

const nothing = (): void => {}

export class Rounds {
  private readonly open = new Map<number, Round>()
  /** The lives of nodes that have begun a new one. */
  private readonly lives = new Map<string, string>()
  /** Those who were silent lately, with how often. */
  private readonly away = new Map<string, number>()
  private rounds: number

  constructor(private readonly world: World) {
    // Not from 0: a late answer to an earlier run of this node is none to this one.
    this.rounds = Math.floor(world.random() * 2 ** 40)
  }

  start(options: RoundOptions): void {
    const id = ++this.rounds
    const asked = new Map(options.targets.map((target) => [target, options.body(target)]))
    const cancels = { cancelAgain: nothing, cancelDeadline: nothing }
    const round: Round = { ...options, ...cancels, asked, replies: new Map() }
    this.open.set(id, round)
    if (round.targets.length === 0) this.settle(id, round)
    else this.ask(id, round)
    if (options.withinMs === undefined) return
    const giveUp = (): void => {
      this.end(id)
      options.failed?.(round.replies)
    }
    if (this.open.has(id)) round.cancelDeadline = this.world.after(options.withinMs, giveUp)
  }

  /** An answer to a round: `round` and `life` in its body. */
  hear(message: Message): void {
    const { src, body } = message
    const id = body.round as number
    const round = this.open.get(id)
    if (round === undefined || !this.isCurrent(message) || !round.asked.has(src)) return
    round.replies.set(src, body)
    this.settle(id, round)
  }

  /** Whether a message is not from an earlier life of its sender: `life` in its body. */
  isCurrent({ src, body }: Message): boolean {
    return !this.lives.has(src) || this.lives.get(src) === body.life
  }

  /** Whether a node has left a request unanswered lately. */
  isAway(node: string): boolean {
    return this.away.has(node)
  }

  /** A node has begun a new life, having lost its disk. */
  reborn(node: string, life: string): void {
    if (this.lives.get(node) === life) return
    this.lives.set(node, life)
    for (const { replies } of this.open.values()) replies.delete(node)
  }

  private settle(id: number, round: Round): void {
    if (round.replies.size < round.need) return
    this.end(id)
    round.done(round.replies)
  }

  private ask(id: number, round: Round): void {
    for (const [target, body] of round.asked)
      if (!round.replies.has(target)) this.world.send(target, { round: id, ...body })
    round.cancelAgain = this.world.after(AGAIN_MS, () => {
      for (const target of round.asked.keys()) if (!round.replies.has(target)) this.miss(target)
      this.callStandIns(round)
      this.ask(id, round)
    })
  }

  private callStandIns({ asked, replies, targets, standIns = [] }: Round): void {
    const silent = targets.filter((target) => !replies.has(target)).length
    for (const { target, body } of standIns.slice(0, silent)) asked.set(target, body)
  }

  private miss(node: string): void {
    this.away.set(node, (this.away.get(node) ?? 0) + 1)
    this.world.after(AWAY_MS, () => {
      const misses = this.away.get(node)! - 1
      if (misses === 0) this.away.delete(node)
      else this.away.set(node, misses)
    })
  }

  private end(id: number): void {
    const round = this.open.get(id)
    this.open.delete(id)
    round?.cancelAgain()
    round?.cancelDeadline()
  }
}
