/**
 * Creates a run's nodes and helpers side by side, and starts each when those that it waits for have come so far:
 * most wait for nobody. Nodes that a fault may take in later are created and not started.
 */
import type { Peer } from '../../api.ts'
import { milliseconds, monotonicMs, realClock, sleep } from '../../clock.ts'
import type { NodeSpec, StartsAfter } from '../../container.ts'
import { EnvironmentError } from '../../errors.ts'
import type { ClusterRequest } from '../cluster.ts'
import { runCommand } from './channel.ts'
import { attempt, type Engine } from './engine.ts'
import type { Images } from './images.ts'
import { lastLines } from './logs.ts'
import { createNode, type DockerNode, type NodeRequest } from './node.ts'

export interface NodesRequest extends Pick<NodeRequest, 'subnet' | 'labels' | 'agent' | 'storage'> {
  /** The system's own members, then spare ones, then helpers. */
  readonly peers: readonly Peer[]
  readonly images: Images
}

/** How long a node waits for another one, ms. */
const patienceMs = 60_000
const pollMs = 200
const quotedLines = 5

/** A node with what was asked for. */
interface Created {
  readonly node: DockerNode
  readonly spec: NodeSpec
}

export const startNodes = (
  engine: Engine,
  request: ClusterRequest,
  parts: NodesRequest,
): readonly Promise<DockerNode>[] => {
  const { system } = request
  const own = parts.peers.slice(0, system.members(request.nodes).length)
  const helpers = new Set(system.helpers?.map(({ name }) => name))
  const started = new Map<string, Promise<Created>>()
  parts.peers.forEach((peer, n) => {
    const isHelper = helpers.has(peer.name)
    const begin = async (): Promise<Created> => {
      const spec = system.spec(peer, own, request.options)
      // Faults do not touch helpers: their data lies where nobody else sees it.
      const storage = isHelper ? 'plain' : parts.storage
      const node = await create(engine, request, { ...parts, storage, peer, spec, nth: n })
      if (n >= own.length && !isHelper) return { node, spec }
      for (const after of spec.settings?.after ?? [])
        await come(engine, after, await started.get(after.name)!, request.signal)
      await attempt(`start ${node.name}`, () => engine.getContainer(node.container).start())
      return { node, spec }
    }
    started.set(peer.name, begin())
  })
  return [...started.values()].map(async (one) => (await one).node)
}

const create = async (
  engine: Engine,
  { runId, needs = {} }: ClusterRequest,
  parts: NodesRequest & { readonly peer: Peer; readonly spec: NodeSpec; readonly nth: number },
): Promise<DockerNode> => {
  const { peer, spec, nth, images, subnet, labels, agent, storage } = parts
  const image = images.of(peer)
  const dataFolder = spec.dataFolder ?? (await volumeOf(engine, image.id))
  if (dataFolder === undefined && storage !== 'plain') refuseDisks(peer.name, needs)
  return createNode(engine, {
    runId,
    peer,
    spec: dataFolder === undefined ? spec : { ...spec, dataFolder },
    image: image.id,
    agentImage: images.agent.name,
    subnet,
    addresses: subnet.addresses(nth),
    labels,
    agent,
    storage,
  })
}

/** The first folder that an image declares as a volume. */
const volumeOf = async (engine: Engine, image: string): Promise<string | undefined> => {
  const { Config } = await attempt(`inspect ${image}`, () => engine.getImage(image).inspect())
  return Object.keys(Config.Volumes ?? {})[0]
}

/** What a fault did to a disk that holds no data would be evidence of nothing. */
const refuseDisks = (name: string, needs: NonNullable<ClusterRequest['needs']>): never => {
  const disks = ['files', 'volume', 'disk-rate']
  const fault = Object.keys(needs).find((one) => needs[one]!.some((need) => disks.includes(need)))
  throw new EnvironmentError(`fault ${fault}: ${name} has no data folder: no volume is its own`)
}

/** Returns when another node has come as far as one waits for. */
const come = async (
  engine: Engine,
  { name, until }: StartsAfter,
  { node, spec }: Created,
  signal: AbortSignal,
): Promise<void> => {
  if (until === 'started') return
  const begun = monotonicMs()
  for (;;) {
    signal.throwIfAborted()
    const { State } = await attempt(`inspect ${name}`, () =>
      engine.getContainer(node.container).inspect(),
    )
    if (until === 'completed' && State.Status === 'exited' && State.ExitCode === 0) return
    const isLate = monotonicMs() - begun > patienceMs
    if (State.Status === 'exited' || isLate) {
      const how = isLate
        ? `is not ${until} after ${patienceMs / 1000} s`
        : `ended with ${State.ExitCode}`
      const lines = await lastLines(engine, node, quotedLines)
      throw new EnvironmentError([`${name} ${how}`, ...lines].join('\n  '))
    }
    if (until === 'healthy' && (await isHealthy(engine, node, spec, State.Health?.Status))) return
    await sleep(realClock(), milliseconds(pollMs), signal)
  }
}

/** By the file's check, else by the image's, which the engine makes. */
const isHealthy = async (
  engine: Engine,
  { container, name }: DockerNode,
  { settings }: NodeSpec,
  status: string | undefined,
): Promise<boolean> => {
  if (settings?.health !== undefined)
    return (await runCommand(engine, container, settings.health)).exitCode === 0
  if (status === undefined)
    throw new EnvironmentError(`${name} is to be healthy and has no healthcheck`)
  return status === 'healthy'
}
