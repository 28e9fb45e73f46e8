/**
 * One node is two containers. The holder sleeps and owns the network namespace: address, host name
 * and rules therefore survive a kill and a restart of the node, which would otherwise get a new
 * one. The node joins it and runs the tested image as it is, with a volume of its own for its data.
 */
import type { ContainerCreateOptions, MountConfig } from 'dockerode'
import { pack } from 'tar-stream'
import type { NodeSpec, Peer } from '../../api.ts'
import type { Agent } from './agent.ts'
import { prepareVolume, type Storage, type VolumeOptions } from './disks/storage.ts'
import { attempt, type Engine } from './engine.ts'
import { type Labels, labelOf } from './labels.ts'
import { bindsOf, containerSettings, copyInto, hostSettings, networkSettings } from './settings.ts'
import { settleAll } from './settle.ts'
import type { Addresses, Subnet } from './subnet.ts'

export interface NodeRequest {
  readonly runId: string
  readonly peer: Peer
  readonly spec: NodeSpec
  readonly image: string
  readonly agentImage: string
  readonly subnet: Subnet
  readonly addresses: Addresses
  readonly labels: Labels
  /** Starts beside the holders, and must be there before a node runs. */
  readonly agent: Promise<Agent>
  /** Where its data folder lives. */
  readonly storage: Storage
}

export interface DockerNode {
  readonly name: string
  /** The node container's name. */
  readonly container: string
  readonly addresses: Addresses
  /** The host pid of the holder, which owns the network namespace. */
  readonly networkPid: number
  /** Undefined where it keeps nothing on a volume of its own. */
  readonly dataFolder: string | undefined
  /** What asks it to end. */
  readonly stopSignal: string
  /** The device of its data's own file system, if it has one of its own. */
  readonly device: string | undefined
  /** What a container that helps with this node is made of, and carries. */
  readonly helperImage: string
  readonly labels: Labels
}

/** A node's container, and the volume of its data. */
export const containerName = (runId: string, node: string): string => `schism-${runId}-${node}`

/** Creates one node and does not start it; its two containers are made side by side. */
export const createNode = async (engine: Engine, request: NodeRequest): Promise<DockerNode> => {
  const { peer, addresses } = request
  const container = containerName(request.runId, peer.name)
  const holder = `${container}-net`
  const [networkPid, device] = await settleAll([
    startHolder(engine, holder, request),
    prepareNode(engine, container, holder, request),
  ] as const)
  await closeWaysOut(await request.agent, networkPid)
  return {
    name: peer.name,
    container,
    addresses,
    networkPid,
    dataFolder: request.spec.dataFolder,
    stopSignal: request.spec.stopSignal ?? 'SIGTERM',
    device,
    helperImage: request.agentImage,
    labels: request.labels,
  }
}

/**
 * An internal network keeps IPv4 inside by the engine's own rules, but older engines give nodes
 * default routes all the same and have no such rules for IPv6. Without a route nothing can leave
 * the machine.
 */
const closeWaysOut = (agent: Agent, networkPid: number): Promise<string> =>
  agent.runIn(networkPid, ['sh', '-c', 'ip -4 route flush default && ip -6 route flush default'])

const startHolder = (engine: Engine, name: string, request: NodeRequest): Promise<number> =>
  attempt(`start the holder of ${request.peer.name}`, async () => {
    const { peer, subnet, addresses, labels } = request
    const { settings = {} } = request.spec
    const { hostname = peer.name, aliases = [] } = settings
    const container = await engine.createContainer({
      name,
      Image: request.agentImage,
      Cmd: ['sleep', 'infinity'],
      Hostname: hostname,
      Labels: { ...labels },
      HostConfig: {
        Init: true,
        CapDrop: ['ALL'],
        NetworkMode: subnet.name,
        LogConfig: { Type: 'none', Config: {} },
        ...networkSettings(settings),
      },
      NetworkingConfig: {
        EndpointsConfig: {
          [subnet.name]: {
            Aliases: [peer.name, ...aliases],
            IPAMConfig: {
              IPv4Address: addresses.ipv4,
              ...(addresses.ipv6 === undefined ? {} : { IPv6Address: addresses.ipv6 }),
            },
          },
        },
      },
    })
    await container.start()
    return (await container.inspect()).State.Pid
  })

/**
 * All that can be done while the holder starts; the engine looks for the holder only at the start.
 */
const prepareNode = (
  engine: Engine,
  name: string,
  holder: string,
  { runId, peer, spec, image, agentImage, labels, agent, storage }: NodeRequest,
): Promise<string | undefined> =>
  attempt(`create ${peer.name}`, async () => {
    const { dataFolder, settings = {} } = spec
    const volume = await prepareVolume(agent, storage, peer.name)
    const nodeLabels = { ...labels, [labelOf.member]: peer.name }
    const container = await engine.createContainer({
      name,
      Image: image,
      ...programOf(spec),
      Env: Object.entries(spec.env ?? {}).map(([key, value]) => `${key}=${value}`),
      ...(spec.user === undefined ? {} : { User: spec.user }),
      ...containerSettings(settings),
      Labels: { ...nodeLabels, ...(volume && { [labelOf.disks]: agentImage }) },
      HostConfig: {
        ...hostSettings(settings),
        NetworkMode: `container:${holder}`,
        Mounts: [
          ...(dataFolder === undefined ? [] : [mountOf(name, dataFolder, nodeLabels, volume)]),
          ...(settings.volumes ?? []).map((shared) =>
            mountOf(containerName(runId, `volume-${shared.name}`), shared.to, labels, undefined),
          ),
          ...bindsOf(settings),
        ],
        // Whatever the engine's default is, these can be read back.
        LogConfig: { Type: 'json-file', Config: {} },
      },
    })
    if (spec.files !== undefined) await container.putArchive(archiveOf(spec), { path: '/' })
    for (const copy of settings.copies ?? []) await copyInto(container, copy)
    return volume?.device
  })

/** An image's own entry point would put itself before the arguments. */
const programOf = ({
  argv,
  settings,
}: NodeSpec): Pick<ContainerCreateOptions, 'Entrypoint' | 'Cmd'> => {
  if (settings?.entryPoint !== 'image') return { Entrypoint: [argv[0] ?? ''], Cmd: argv.slice(1) }
  return argv.length === 0 ? {} : { Cmd: [...argv] }
}

const mountOf = (
  volume: string,
  folder: string,
  labels: Labels,
  options: VolumeOptions | undefined,
): MountConfig[number] => ({
  Type: 'volume',
  Source: volume,
  Target: folder,
  VolumeOptions: {
    NoCopy: false,
    Labels: { ...labels },
    DriverConfig: { Name: 'local', Options: { ...options } },
  },
})

/** Puts files into a node that does not run: absolute path → text. */
export const writeFiles = (
  engine: Engine,
  { name, container }: DockerNode,
  files: Readonly<Record<string, string>>,
): Promise<void> =>
  attempt(`write into ${name}`, async () => {
    await engine.getContainer(container).putArchive(archiveOf({ files }), { path: '/' })
  })

/** Missing parent folders are made by the engine; entries for them would change existing ones. */
const archiveOf = ({ files, user }: Pick<NodeSpec, 'files' | 'user'>): NodeJS.ReadableStream => {
  const archive = pack()
  // The engine knows no user names: where another user than root runs the node, all may write.
  const mode = user === undefined ? 0o644 : 0o666
  for (const [path, text] of Object.entries(files ?? {}))
    archive.entry({ name: path.replace(/^\/+/, ''), mode }, text)
  archive.finalize()
  return archive as unknown as NodeJS.ReadableStream
}
