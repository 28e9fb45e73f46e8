/**
 * What the nodes print, while they print it. The engine's stream of a container ends with its process, so it
 * is opened again for as long as somebody listens; each line carries the engine's own time, by which a
 * line that comes twice is known.
 */
import { PassThrough } from 'node:stream'
import type { Logs, PrintedLine } from '../../api.ts'
import { milliseconds, realClock, sleep, wallTime } from '../../clock.ts'
import { attempt, type Engine } from './engine.ts'
import type { DockerNode } from './node.ts'
import { settleAll } from './settle.ts'

/** How long a node that is down waits to be looked at again; ms. */
const AGAIN_MS = 50

export const nodeLogs = (engine: Engine, nodes: readonly DockerNode[]): Logs => ({
  follow: async (listen) => {
    const ended = new AbortController()
    const followers = nodes.map((node) => new Follower(engine, node, listen, ended.signal))
    // Before this returns every stream is open: what happens after it is heard.
    await settleAll(followers.map((follower) => follower.open()))
    return () => ended.abort()
  },
})

class Follower {
  /** The time of the last line heard: the engine's, to the ns, of a fixed length. */
  private last = wallTime().toISOString().replace('Z', '000000Z')

  constructor(
    private readonly engine: Engine,
    private readonly node: DockerNode,
    private readonly listen: (line: PrintedLine) => void,
    private readonly signal: AbortSignal,
  ) {}

  /** Returns when lines come; goes on until the signal aborts. */
  async open(): Promise<void> {
    const stream = await this.stream()
    const output = new PassThrough().setEncoding('utf8')
    let unread = ''
    output.on('data', (text: string) => {
      const lines = (unread + text).split('\n')
      unread = lines.pop()!
      for (const line of lines) this.hear(line)
    })
    this.engine.modem.demuxStream(stream, output, output)
    const destroy = (): void => void stream.destroy()
    this.signal.addEventListener('abort', destroy)
    stream.on('error', destroy).on('close', () => {
      this.signal.removeEventListener('abort', destroy)
      void this.reopen()
    })
  }

  private async reopen(): Promise<void> {
    const clock = realClock()
    while (!this.signal.aborted) {
      await sleep(clock, milliseconds(AGAIN_MS), this.signal)
      if (this.signal.aborted) return
      // The container may be gone with its cluster: whoever listens then ends it.
      const isOpen = await this.open().then(
        () => true,
        () => false,
      )
      if (isOpen) return
    }
  }

  private async stream(): Promise<NodeJS.ReadableStream & { destroy(): void }> {
    // To the second: what comes twice is left out by its time.
    const since = Math.floor(new Date(this.last).getTime() / 1000)
    const stream = await attempt(`follow the log of ${this.node.name}`, () =>
      this.engine
        .getContainer(this.node.container)
        .logs({ follow: true, stdout: true, stderr: true, timestamps: true, since }),
    )
    return stream as NodeJS.ReadableStream & { destroy(): void }
  }

  private hear(line: string): void {
    const cut = line.indexOf(' ')
    const time = line.slice(0, cut)
    if (this.signal.aborted || cut === -1 || time <= this.last) return
    this.last = time
    this.listen({ node: this.node.name, text: line.slice(cut + 1) })
  }
}
