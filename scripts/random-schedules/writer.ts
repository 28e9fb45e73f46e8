/** Clients that write all the time, one a node, and remember when that worked. */
import type { Client, System } from '../../harness/api.ts'
import { monotonicMs } from '../../harness/clock.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'

const TIMEOUT_MS = 1000
const PAUSE_MS = 50

export class Writers {
  /** When each acknowledged write was begun and acknowledged; ms. */
  readonly acknowledged: { readonly node: string; readonly from: number; readonly to: number }[] =
    []
  private readonly stopped = new AbortController()
  private readonly working: Promise<unknown>

  constructor(
    private readonly cluster: RunningCluster,
    private readonly system: System,
    private readonly options: Readonly<Record<string, string>>,
    private readonly heard: () => void,
  ) {
    const serving = cluster.nodes.filter(({ serves }) => serves)
    this.working = Promise.all(serving.map(({ name }) => this.write(name)))
  }

  /** How long after a moment the first write that was begun after it was acknowledged; ms. */
  firstAfter(moment: number): number | undefined {
    const [first] = this.acknowledged
      .filter(({ from }) => from >= moment)
      .map(({ to }) => to - moment)
      .toSorted((a, b) => a - b)
    return first
  }

  async stop(): Promise<void> {
    this.stopped.abort()
    await this.working
  }

  private async write(name: string): Promise<void> {
    const node = this.cluster.nodes.find((candidate) => candidate.name === name)!
    const open = this.system.clients.register!
    let client: Client | undefined
    for (let value = 0; !this.stopped.signal.aborted; value++) {
      const from = monotonicMs()
      try {
        client ??= await open({ cluster: this.cluster, node, options: this.options })
        const call = { f: 'write', key: name, value }
        await client.invoke(call, AbortSignal.timeout(TIMEOUT_MS))
        this.acknowledged.push({ node: name, from, to: monotonicMs() })
        this.heard()
      } catch {
        await client?.close().catch(() => {})
        client = undefined
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    await client?.close().catch(() => {})
  }
}
