/**
 * The docker cluster: real processes in containers, on a network of their own with no way out. This
 * file tells how a run's cluster comes up and goes down; what each step means stands in its own
 * file.
 */
import type { Cluster, ClusterNode, Member, Peer, Processes } from '../../api.ts'
import { milliseconds, monotonicMs, realClock, sleep } from '../../clock.ts'
import { EnvironmentError, messageOf } from '../../errors.ts'
import type { ClusterKind, ClusterRequest, RunningCluster } from '../cluster.ts'
import { clusterMembership, insideOnly } from '../membership.ts'
import { refuseMissing } from './abilities.ts'
import { type Agent, startAgent } from './agent.ts'
import type { PreparedImage } from './build.ts'
import { runCommand } from './channel.ts'
import { clean } from './clean.ts'
import { nodeClocks } from './clocks/clocks.ts'
import { nodeDisks } from './disks/disks.ts'
import { agentStorage, type Storage, storageFor, syncVolumes } from './disks/storage.ts'
import { attempt, describeEngine, type Engine, type EngineInfo, openEngine } from './engine.ts'
import { nodeLogs } from './follow.ts'
import { type Images, prepareImages } from './images.ts'
import { type Labels, labelOf, labelsOfRun } from './labels.ts'
import { saveLogs } from './logs.ts'
import { nodeMessages } from './messages.ts'
import { nodeNetwork } from './network.ts'
import { containerName, type DockerNode, writeFiles } from './node.ts'
import { startNodes } from './nodes.ts'
import { findNode, nodeProcesses } from './processes.ts'
import { awaitReady } from './ready.ts'
import { removeLabelled } from './remove.ts'
import { nodeResources } from './resources.ts'
import { settleAll } from './settle.ts'
import { type Addresses, createSubnet, type Subnet } from './subnet.ts'
import { refuseRemote, support } from './support.ts'
import { nodeTraffic } from './traffic/traffic.ts'

/** How long the system may take to say who leads before nobody can say. */
const primariesTimeoutMs = 2000

export const dockerCluster: ClusterKind = {
  up: async (request) => {
    const engine = openEngine()
    const info = await describeEngine(engine)
    refuseRemote(info)
    await removeLeftovers(engine, request)
    const members = [...membersOf(request), ...(request.system.helpers ?? [])]
    const images = await prepareImages(engine, request, members)
    request.signal.throwIfAborted()
    try {
      return await start(engine, info, images, request)
    } catch (error) {
      await removeRun(engine, request.runId).catch((second) => {
        request.progress(`warning: ${messageOf(second)}`)
      })
      throw error
    }
  },
  clean: (options) => clean(openEngine(), options),
  support: () => support(openEngine()),
}

/**
 * What a killed controller left is taken away by the next run; its failure must not stop this one.
 */
const removeLeftovers = async (engine: Engine, { progress }: ClusterRequest): Promise<void> => {
  try {
    const { containers } = await clean(engine, { all: false })
    if (containers.length > 0)
      progress(`removed ${containers.length} containers that earlier runs left`)
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    progress(`warning: ${error.message}`)
  }
}

const removeRun = (engine: Engine, runId: string) =>
  removeLabelled(engine, (labels) => labels[labelOf.run] === runId)

const start = async (
  engine: Engine,
  info: EngineInfo,
  images: Images,
  request: ClusterRequest,
): Promise<RunningCluster> => {
  const { runId, signal } = request
  const labels = labelsOfRun(runId)
  const { helpers = [] } = request.system
  const members = [...membersOf(request), ...helpers]
  const subnet = await createSubnet(engine, {
    name: `schism-${runId}`,
    labels,
    members: members.length,
  })
  signal.throwIfAborted()
  const peers = members.map((member, n) => ({ ...member, address: subnet.addresses(n).ipv4 }))
  const storage = storageFor(request.needs ?? {})
  const used = [...new Set(members.map((member) => images.of(member)))]
  const starting = startAbleAgent(engine, { storage, image: images.agent.name, labels, request })
  const [agent, all] = await settleAll([
    starting,
    settleAll(
      startNodes(engine, request, { peers, subnet, images, labels, agent: starting, storage }),
    ),
  ] as const)
  const own = all.length - helpers.length
  const [nodes, beside] = [all.slice(0, own), all.slice(own)]
  if (signal.aborted) agent.close()
  signal.throwIfAborted()
  const facts = factsOf(info, used, subnet)
  return runningCluster({
    engine,
    agent,
    nodes,
    beside,
    peers: peers.slice(0, own),
    facts,
    request,
    host: subnet.host,
  })
}

/** The cluster's own members, and behind them, where a fault may take in one more, that one. */
const membersOf = ({ system, nodes, needs = {} }: ClusterRequest): readonly Member[] => {
  const own = system.members(nodes)
  if (!Object.values(needs).flat().includes('spare')) return own
  const more = system.members(nodes + 1)
  return [...own, ...more.filter(({ name }) => own.every((member) => member.name !== name))]
}

/** No node runs before the machine is known to be able to do what the faults need. */
const startAbleAgent = async (
  engine: Engine,
  parts: { storage: Storage; image: string; labels: Labels; request: ClusterRequest },
): Promise<Agent> => {
  const { storage, image, labels, request } = parts
  const { runId, system } = request
  const volumes = new Map(membersOf(request).map(({ name }) => [name, containerName(runId, name)]))
  const agent = await startAgent(engine, {
    name: containerName(runId, 'agent'),
    image,
    labels: storage === 'own' ? { ...labels, [labelOf.disks]: image } : labels,
    storage: agentStorage(storage, volumes, labels),
  })
  try {
    await refuseMissing(request.needs ?? {}, { agent, system })
  } catch (error) {
    agent.close()
    throw error
  }
  return agent
}

const factsOf = (
  info: EngineInfo,
  images: readonly PreparedImage[],
  subnet: Subnet,
): Readonly<Record<string, string>> => ({
  engine: `docker ${info.version}`,
  'engine api': info.api,
  kernel: info.kernel,
  system: info.system,
  storage: info.storage,
  cgroup: info.cgroup,
  image: images.map(({ name }) => name).join(', '),
  'image digest': images.map(({ id }) => id).join(', '),
  subnet: subnet.ipv4,
  ...(subnet.ipv6 === undefined ? {} : { 'subnet ipv6': subnet.ipv6 }),
})

interface Parts {
  readonly engine: Engine
  readonly agent: Agent
  readonly nodes: readonly DockerNode[]
  /** The helpers: seen by nobody but those who look for what they printed. */
  readonly beside: readonly DockerNode[]
  readonly peers: readonly Peer[]
  readonly facts: Readonly<Record<string, string>>
  readonly request: ClusterRequest
  /** The addresses that clients come from. */
  readonly host: Addresses
}

const runningCluster = (parts: Parts): RunningCluster => {
  const { engine, agent, facts, request, host } = parts
  const { system, systemName } = request
  const own = system.members(request.nodes).length
  const nodes = parts.nodes.slice(0, own)
  const outside = new Set(parts.nodes.slice(own).map(({ name }) => name))
  const processes = insideOnly(nodeProcesses(engine, agent, parts.nodes), outside)
  const clusterNodes = parts.peers.map(clusterNode)
  let begun: Promise<void> | undefined
  const members = nodes.map(({ name, addresses, networkPid }) => ({
    name,
    addresses,
    pid: networkPid,
  }))
  const clocks = nodeClocks({
    engine,
    agent,
    nodes,
    ask: async (node, signal) =>
      system.wallTime?.(running.nodes.find(({ name }) => name === node)!, running, signal),
    warn: request.progress,
  })
  const running: RunningCluster = {
    nodes: clusterNodes.slice(0, own),
    facts,
    network: nodeNetwork(agent, { members, host }),
    traffic: nodeTraffic(agent, { members, host }),
    processes,
    clocks,
    disks: nodeDisks(engine, agent, nodes),
    resources: nodeResources(engine, agent, nodes),
    logs: nodeLogs(engine, nodes),
    messages: nodeMessages(clusterNodes),
    ...membershipOf(parts, clusterNodes, processes, outside),
    uptimeMs: monotonicMs,
    sleep: (ms, signal) => sleep(realClock(), milliseconds(ms), signal),
    exec: (node, argv) => execute(engine, parts.nodes, node, argv),
    primaries: async () => askPrimaries(running, request),
    awaitReady: async (deadlineMs, signal) => {
      const ask = (either: AbortSignal) => system.ready(running, either)
      await awaitReady({ engine, systemName, nodes, deadlineMs, signal, ask })
      // How a system begins is no part of a run: no power failure takes that.
      begun ??= syncVolumes(agent, parts.nodes)
      await begun
    },
    saveLogs: (folder) => saveLogs(engine, [...parts.nodes, ...parts.beside], folder),
    down: async () => {
      clocks.close()
      agent.close()
      await removeRun(engine, request.runId)
    },
  }
  return running
}

/** Absent where the system cannot change its members. */
const membershipOf = (
  { engine, nodes, request }: Parts,
  peers: readonly ClusterNode[],
  processes: Processes,
  outside: Set<string>,
): Pick<Cluster, 'membership'> => {
  const { system } = request
  if (system.membership === undefined) return {}
  const own = system.members(request.nodes).length
  return {
    membership: clusterMembership({
      protocol: system.membership,
      own: peers.slice(0, own),
      spare: peers.slice(own),
      outside,
      processes,
      write: (name, files) => writeFiles(engine, findNode(nodes, name), files),
      messages: nodeMessages(peers),
      clock: realClock(),
    }),
  }
}

const clusterNode = (peer: Peer): ClusterNode => ({
  ...peer,
  endpoint: (port) => ({ host: peer.address, port }),
})

const execute = async (
  engine: Engine,
  nodes: readonly DockerNode[],
  name: string,
  argv: readonly string[],
): Promise<string> => {
  const node = nodes.find((candidate) => candidate.name === name)
  if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
  const { exitCode, output, errors } = await attempt(`run ${argv[0]} in ${name}`, () =>
    runCommand(engine, node.container, argv),
  )
  if (exitCode === 0) return output
  const said = (errors || output).trim().replaceAll(/\s*\n\s*/g, '; ')
  throw new EnvironmentError(`${name}: ${argv.join(' ')} ended with ${exitCode}: ${said}`)
}

const askPrimaries = async (
  cluster: Cluster,
  { system }: ClusterRequest,
): Promise<readonly string[]> => {
  try {
    return (await system.primaries?.(cluster, AbortSignal.timeout(primariesTimeoutMs))) ?? []
  } catch {
    // Nobody can say: while a fault is on that is an answer, not an error.
    return []
  }
}
