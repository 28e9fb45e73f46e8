/**
 * Services of a compose file as a system: their containers are its nodes, and a ready-made client speaks to them. A
 * node serves when its health check says so, where it has one, and when the client's first question is answered.
 */
import type {
  Claim,
  ClientContext,
  Cluster,
  ClusterNode,
  Member,
  Protocol,
  System,
  Target,
} from '../api.ts'
import { type Catalog, find, suggestion } from '../catalog.ts'
import { ComposeFile } from '../compose/read.ts'
import { membersOf, replicasOf, type Selection, select } from '../compose/select.ts'
import { healthOf, imageOf, portsOf, specOf } from '../compose/spec.ts'
import { remarkVolumes } from '../compose/volumes.ts'
import { consistencyModels } from '../consistency.ts'
import { BrokenClient, messageOf, UsageError } from '../errors.ts'
import type { ComposeSystem } from './resolve.ts'

export interface FoundSystem {
  readonly name: string
  readonly system: System
  readonly remarks: readonly string[]
}

/** @throws UsageError in one line that names file, line and column, or the option */
export const composeSystem = (asked: ComposeSystem, catalog: Catalog): FoundSystem => {
  const { protocol, argument } = protocolOf(asked.client, catalog)
  const file = new ComposeFile(asked.compose, process.env)
  const selection = select(file, { services: asked.services, helpers: asked.helpers ?? [] })
  const claim = claimOf(asked.promise)
  const composed = new Composed({ file, selection, protocol, argument, claim }, asked.port)
  const system = composed.system()
  for (const service of composed.participants) {
    const place = { service, node: service, participants: composed.participants }
    // Whatever is wrong with them is said now, and not when half of them run.
    imageOf(file, service)
    specOf(file, place, () => [])
    remarkVolumes(file, place)
  }
  return { name: asked.name ?? file.name, system, remarks: file.remarks }
}

const protocolOf = (
  client: string,
  { protocols }: Catalog,
): { readonly protocol: Protocol; readonly argument: string } => {
  const [name = '', ...rest] = client.split(':')
  const protocol = find('client', protocols, name)
  const argument = rest.join(':')
  if (protocol.argument === undefined && argument !== '')
    throw new UsageError(`--client ${client}: ${name} takes nothing after the colon`)
  if (protocol.argument !== undefined && argument === '' && protocol.argument.required)
    throw new UsageError(`--client ${client}: expected ${name}:${protocol.argument.name}`)
  return { protocol, argument }
}

/** What a compose system is made of. */
interface Parts {
  readonly file: ComposeFile
  readonly selection: Selection
  readonly protocol: Protocol
  /** What stands behind the client's name. */
  readonly argument: string
  readonly claim: Claim
}

class Composed {
  readonly participants: readonly string[]
  /** Service → the port that clients use. */
  private readonly ports: ReadonlyMap<string, number>

  private readonly file: ComposeFile
  private readonly protocol: Protocol

  constructor(
    private readonly parts: Parts,
    askedPort: number | undefined,
  ) {
    const { file, selection, protocol } = parts
    this.file = file
    this.protocol = protocol
    this.participants = [...selection.tested, ...selection.helpers]
    this.ports = new Map(
      selection.tested.map((service) => [service, askedPort ?? portOf(file, service, protocol)]),
    )
  }

  system(): System {
    const { file, selection, protocol, claim } = this.parts
    const { tested } = selection
    const size = tested.reduce((sum, service) => sum + replicasOf(file, service), 0)
    const helpers = selection.helpers.flatMap((service) => membersOf(file, service, 'helper'))
    const image = imageOf(file, tested[0]!)
    const { isPrimary, wallTime } = protocol
    return {
      summary: `${tested.join(', ')} of ${file.file}`,
      image,
      version: 'reference' in image ? (/:([^:/]+)$/.exec(image.reference)?.[1] ?? 'latest') : 'own',
      sizes: {
        default: size,
        allowed: tested.length === 1 ? Array.from({ length: 99 }, (_, n) => n + 1) : [size],
      },
      options: {},
      members: (nodes) =>
        tested.flatMap((service) =>
          membersOf(
            file,
            service,
            'server',
            tested.length === 1 ? nodes : replicasOf(file, service),
          ),
        ),
      helpers,
      imageOf: ({ name }) => imageOf(file, this.serviceOf(name)),
      spec: (node, peers) =>
        specOf(
          file,
          { service: this.serviceOf(node.name), node: node.name, participants: this.participants },
          (service) =>
            [...peers, ...helpers]
              .filter(({ name }) => this.serviceOf(name) === service)
              .map(({ name }) => name),
        ),
      ready: (cluster, signal) => this.ready(cluster, signal),
      ...(isPrimary === undefined
        ? {}
        : { primaries: (cluster, signal) => this.primaries(cluster, signal, isPrimary) }),
      ...(wallTime === undefined
        ? {}
        : {
            wallTime: (node, cluster, signal) =>
              wallTime(this.target({ cluster, node, options: {} }), signal),
          }),
      clients: Object.fromEntries(
        Object.entries(protocol.clients).map(([type, open]) => [
          type,
          (context: ClientContext) => open(this.target(context)),
        ]),
      ),
      claims: () => Object.fromEntries(Object.keys(protocol.clients).map((type) => [type, claim])),
    }
  }

  private serviceOf(member: string): string {
    const found =
      this.participants.find((service) => service === member) ??
      this.participants.find((service) => member.replace(/-\d+$/, '') === service)
    return found!
  }

  /** A node as its clients find it. */
  private target(context: ClientContext): Target {
    const { cluster, node } = context
    return {
      ...context,
      node: this.redirected(node),
      cluster: { ...cluster, nodes: cluster.nodes.map((other) => this.redirected(other)) },
      environment: this.file.environment(this.serviceOf(node.name)),
      argument: this.parts.argument,
    }
  }

  private redirected(node: ClusterNode): ClusterNode {
    const port = this.ports.get(this.serviceOf(node.name))!
    return { ...node, endpoint: () => node.endpoint(port) }
  }

  private async ready(cluster: Cluster, signal: AbortSignal): Promise<void> {
    await Promise.all(
      cluster.nodes.map(async (node) => {
        const health = healthOf(this.file.service(this.serviceOf(node.name)))
        if (health !== undefined) await cluster.exec(node.name, health)
        try {
          await this.protocol.ready(this.target({ cluster, node, options: {} }), signal)
        } catch (error) {
          if (error instanceof UsageError || error instanceof BrokenClient) throw error
          throw new Error(`${node.name}: ${messageOf(error)}`)
        }
      }),
    )
  }

  private async primaries(
    cluster: Cluster,
    signal: AbortSignal,
    isPrimary: NonNullable<Protocol['isPrimary']>,
  ): Promise<readonly string[]> {
    const leads = await Promise.all(
      cluster.nodes.map((node) =>
        isPrimary(this.target({ cluster, node, options: {} }), signal).catch(() => false),
      ),
    )
    return cluster.nodes.filter((_, at) => leads[at]).map(({ name }: Member) => name)
  }
}

/** Without a word of the user, linearizable: it is what the workloads judge. @throws UsageError */
const claimOf = (promise: string | undefined): Claim => {
  if (promise === undefined)
    return {
      model: 'linearizable',
      says: 'assumed: a compose file does not say what its services promise; --promise does',
    }
  const model = consistencyModels.find((one) => one === promise)
  if (model === undefined)
    throw new UsageError(`--promise ${promise}: unknown${suggestion(promise, consistencyModels)}`)
  return { model, says: 'as --promise says' }
}

/** The one port that clients can mean. */
const portOf = (file: ComposeFile, service: string, protocol: Protocol): number => {
  const ports = portsOf(file, service)
  if (protocol.port !== undefined && ports.includes(protocol.port)) return protocol.port
  if (ports.length === 1) return ports[0]!
  const example = protocol.port ?? 8080
  if (ports.length === 0)
    throw file.wrong(
      ['services', service],
      `no port: expected ports or expose to name the one that clients use, or --port ${example}`,
    )
  throw file.wrong(
    ['services', service],
    `ports ${ports.join(', ')}: say which one clients use, such as --port ${ports[0]}`,
  )
}
