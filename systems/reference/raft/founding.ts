/**
 * How a cluster begins: the first of the servers asks all others who they are, and when every one of them has
 * answered that it has no log, they are the first configuration. A server that starts with an empty disk later
 * finds others that have one and founds nothing: whether it belongs to the cluster is for them to say.
 */
import type { Body, Message, World } from '../../../harness/api.ts'

const AGAIN_MS = 20

export class Founding {
  /** The identities of those who have nothing either. */
  private readonly blank = new Map<string, string>()
  private isOver = false

  /** `found` takes the identities of the others; it ends when there is a log. */
  constructor(
    private readonly world: World,
    private readonly isBlank: () => boolean,
    private readonly found: (others: Readonly<Record<string, string>>) => void,
  ) {
    this.ask()
  }

  hear({ src, body }: Message): void {
    if (this.isOver || !this.isBlank()) return
    if (body.blank !== true) this.blank.delete(src)
    else this.blank.set(src, body.identity as string)
    if (this.blank.size < this.others().length) return
    this.isOver = true
    this.found(Object.fromEntries(this.blank))
  }

  private ask(): void {
    if (this.isOver || !this.isBlank()) return
    const question: Body = { type: 'greet' }
    for (const name of this.others()) this.world.send(name, question)
    // Alone, there is nobody to wait for.
    if (this.others().length === 0) {
      this.isOver = true
      this.found({})
    } else this.world.after(AGAIN_MS, () => this.ask())
  }

  private others(): readonly string[] {
    return this.world.nodes.filter((name) => name !== this.world.self)
  }
}
