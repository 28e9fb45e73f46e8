/**
 * Questions to shards. Each is sent again until there is an answer or nobody wants one any more: to the node that
 * serves the shard as far as this one knows, which learns it from those that do not.
 */
import type { Body, Message, World } from '../../../harness/api.ts'
import type { Answers, Asked, Release } from './messages.ts'

/** Who does not answer for so long is asked again, ms. */
const AGAIN_MS = 150
/** Who has sent it on is asked again only then, ms: a shard may have nobody who serves it. */
const ELSEWHERE_MS = 20

interface Open {
  readonly shard: string
  readonly asked: Asked
  readonly answered: (answer: Answers[keyof Answers]) => void
  /** The node that was asked last. */
  node: string
  cancelAgain: () => void
}

export class Calls {
  private readonly open = new Map<number, Open>()
  /** By shard: the node that serves it, as far as is known. */
  private readonly servers = new Map<string, string>()
  private calls: number

  /** @param replicas by shard: the nodes that may serve it */
  constructor(
    private readonly world: World,
    private readonly replicas: ReadonlyMap<string, readonly string[]>,
  ) {
    // Not from 0: a late answer to an earlier run of this node is none to this one.
    this.calls = Math.floor(world.random() * 2 ** 40)
  }

  /** @returns what ends the question without an answer */
  ask<T extends Asked>(
    shard: string,
    asked: T,
    answered: (answer: Answers[T['type']]) => void,
  ): () => void {
    const call = ++this.calls
    const open: Open = {
      ...{ shard, asked, node: this.serverOf(shard), cancelAgain: () => {} },
      answered: answered as Open['answered'],
    }
    this.open.set(call, open)
    this.send(call, open)
    return () => this.end(call)
  }

  /** Says something that nobody answers, once. */
  say(shard: string, said: Release): void {
    this.world.send(this.serverOf(shard), { shard, ...said })
  }

  /** An answer: `call` in its body. */
  hear({ src, body }: Message): void {
    const open = this.open.get(body.call as number)
    if (open === undefined) return
    if (body.type === 'elsewhere') {
      if (src === open.node) this.moveOn(body.call as number, open, body)
      return
    }
    this.servers.set(open.shard, src)
    this.end(body.call as number)
    open.answered(body as unknown as Answers[keyof Answers])
  }

  private serverOf(shard: string): string {
    return this.servers.get(shard) ?? this.replicas.get(shard)![0]!
  }

  private send(call: number, open: Open): void {
    const { shard, asked } = open
    open.node = this.serverOf(shard)
    this.world.send(open.node, { call, shard, ...(asked as unknown as Body) })
    this.sendAgain(call, open, AGAIN_MS)
  }

  private sendAgain(call: number, open: Open, afterMs: number): void {
    open.cancelAgain()
    open.cancelAgain = this.world.after(afterMs, () => {
      if (afterMs === AGAIN_MS) this.guess(open)
      this.send(call, open)
    })
  }

  /** The next replica, unless somebody has found who serves. */
  private guess({ shard, node }: Open): void {
    const replicas = this.replicas.get(shard)!
    if (this.serverOf(shard) !== node) return
    this.servers.set(shard, replicas[(replicas.indexOf(node) + 1) % replicas.length]!)
  }

  private moveOn(call: number, open: Open, { server }: Body): void {
    if (typeof server === 'string') this.servers.set(open.shard, server)
    else this.guess(open)
    this.sendAgain(call, open, ELSEWHERE_MS)
  }

  private end(call: number): void {
    this.open.get(call)?.cancelAgain()
    this.open.delete(call)
  }
}
