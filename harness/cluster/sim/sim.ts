/**
 * The simulated cluster: the programs of a reference system, the network, disks and clocks between them, all
 * in this process on virtual time and drawn from one seed. The same seed and code give the same run, event
 * for event. It is never passed off as the real thing: its facts say what it is.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ability, Cluster, ClusterNode, Peer, PrintedLine, Processes } from '../../api.ts'
import type { Messages } from '../../capabilities/messages.ts'
import { milliseconds, seconds, sleep } from '../../clock.ts'
import { EnvironmentError, messageOf } from '../../errors.ts'
import type { Message, StartProgram } from '../../program.ts'
import { type Random, random } from '../../random.ts'
import type { ClusterRequest, RunningCluster, Venue } from '../cluster.ts'
import { clusterMembership, insideOnly } from '../membership.ts'
import { simClocks, simLinks, simProcesses, simTraffic } from './capabilities.ts'
import { SimClients } from './clients.ts'
import { simDisks } from './disks.ts'
import { SimNetwork } from './network.ts'
import { SimNode } from './node.ts'
import { Scheduler } from './scheduler.ts'

/** What a simulated cluster has. Files, resources and connections are the real machine's alone. */
export const simAbilities: ReadonlySet<Ability> = new Set<Ability>([
  'partition',
  'hold',
  'loss',
  'delay',
  'duplicate',
  'reorder',
  'corrupt',
  'rate',
  'processes',
  'freezer',
  'clock',
  'volume',
  'disk-rate',
  'membership',
])

/** How often a system that is not ready is asked again, ms. */
const ASK_MS = 50

/** What of a run its simulation depends on. */
export interface SimulatedRun {
  readonly seed: number
  readonly timeLimitS: number
}

export interface SimRequest extends Pick<ClusterRequest, 'system' | 'nodes' | 'options' | 'needs'> {
  readonly seed: number
  readonly scheduler: Scheduler
  /** Hears of every message that comes to a node that runs. */
  readonly heard?: (message: Message) => void
}

export interface SimVenue extends Venue {
  readonly clock: Scheduler
}

/** Beyond the time that its clients run, a run may take this long in the simulation, s: to become ready, twice. */
const AROUND_S = 1800

/** A simulation of its own for one run. */
export const simVenue = (
  { seed, timeLimitS }: SimulatedRun,
  heard?: SimRequest['heard'],
): SimVenue => {
  const scheduler = new Scheduler(seconds(timeLimitS + AROUND_S))
  return {
    clock: scheduler,
    drive: (work) => scheduler.run(work),
    up: async (request) =>
      simCluster({ ...request, seed, scheduler, ...(heard === undefined ? {} : { heard }) }),
  }
}

/** @throws EnvironmentError for a system that has no programs, or a fault that a simulation has not */
export const simCluster = (request: SimRequest): RunningCluster => {
  const { system, options, scheduler } = request
  refuseMissing(request)
  const peers = system.members(request.nodes).map((member) => ({ ...member, address: member.name }))
  const chance = random(request.seed).fork('simulation')
  const parts = new Parts(peers, scheduler, chance, (peer) => {
    if (system.program === undefined) throw new EnvironmentError('it has no programs to simulate')
    return system.program(peer, peers, options)
  })
  parts.heard = request.heard ?? parts.heard
  const { nodes, network, clients } = parts
  const own = peers.map(clusterNode)
  const outside = new Set<string>()
  const processes = insideOnly(simProcesses(nodes, scheduler), outside)
  const running: RunningCluster = {
    nodes: own,
    facts: { cluster: 'simulated, on virtual time' },
    network: simLinks(network, nodes),
    traffic: simTraffic(network),
    processes,
    clocks: simClocks(nodes, scheduler),
    disks: simDisks(nodes, chance.fork('power')),
    messages: clients,
    logs: { follow: async (hear) => parts.follow(hear) },
    ...membershipOf(request, own, outside, processes, clients),
    uptimeMs: () => scheduler.now() / 1e6,
    sleep: (ms, signal) => sleep(scheduler, milliseconds(ms), signal),
    exec: async () => {
      throw new EnvironmentError('a simulated node runs no commands')
    },
    primaries: async () => (await system.primaries?.(running, new AbortController().signal)) ?? [],
    awaitReady: (deadlineMs, signal) => parts.awaitReady(running, request, deadlineMs, signal),
    saveLogs: async (folder) => {
      for (const [name, lines] of parts.lines)
        writeFileSync(join(folder, `${name}.log`), lines.map((line) => `${line}\n`).join(''))
    },
    down: async () => {
      for (const node of nodes.values()) node.kill()
    },
  }
  for (const node of nodes.values()) node.begin()
  return running
}

/** Absent where the system cannot change its members. Who was removed may be added again: there are no spare nodes. */
const membershipOf = (
  { system, scheduler }: SimRequest,
  own: readonly ClusterNode[],
  outside: Set<string>,
  processes: Processes,
  messages: Messages,
): Pick<Cluster, 'membership'> => {
  const { membership: protocol } = system
  if (protocol === undefined) return {}
  const write = async (): Promise<void> => {}
  const parts = { protocol, own, spare: [], outside, processes, messages, write, clock: scheduler }
  return { membership: clusterMembership(parts) }
}

const clusterNode = (peer: Peer): ClusterNode => ({
  ...peer,
  endpoint: () => {
    throw new EnvironmentError('a simulated node has no ports')
  },
})

const refuseMissing = ({ needs = {} }: SimRequest): void => {
  for (const [fault, abilities] of Object.entries(needs))
    for (const ability of abilities)
      if (!simAbilities.has(ability))
        throw new EnvironmentError(`fault ${fault}: a simulated cluster has no ${ability}`)
}

/** Everything between the nodes. */
class Parts {
  readonly nodes: ReadonlyMap<string, SimNode>
  readonly network: SimNetwork
  readonly clients: SimClients
  readonly lines = new Map<string, string[]>()
  /** Hears of every message that comes to a node that runs. */
  heard: (message: Message) => void = () => {}
  private readonly listeners = new Set<(line: PrintedLine) => void>()
  private bug: string | undefined

  constructor(
    peers: readonly Peer[],
    private readonly scheduler: Scheduler,
    chance: Random,
    programOf: (peer: Peer) => StartProgram,
  ) {
    const names = peers.map(({ name }) => name)
    this.network = new SimNetwork({
      scheduler,
      random: chance.fork('network'),
      nodes: names,
      deliver: (message) => this.deliver(message),
    })
    const send = (message: Message): void => this.network.send(message)
    this.clients = new SimClients({ send, scheduler })
    const around = {
      scheduler,
      nodes: names,
      random: chance,
      send,
      printed: (node: string, text: string) => this.printed(node, text),
      failed: (node: string, error: unknown) => {
        this.bug ??= `${node}: ${error instanceof Error ? error.stack : messageOf(error)}`
        this.printed(node, this.bug)
      },
    }
    this.nodes = new Map(
      peers.map((peer) => [peer.name, new SimNode(peer.name, programOf(peer), around)]),
    )
  }

  async awaitReady(
    cluster: Cluster,
    { system }: SimRequest,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = this.scheduler.now() + milliseconds(deadlineMs)
    for (;;) {
      if (this.bug !== undefined) throw new EnvironmentError(`a program failed: ${this.bug}`)
      const reason = await system.ready(cluster, signal).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      )
      if (reason === undefined) return
      if (this.scheduler.now() > deadline) throw new EnvironmentError(`not ready: ${reason}`)
      await sleep(this.scheduler, milliseconds(ASK_MS), signal)
    }
  }

  private deliver(message: Message): void {
    const node = this.nodes.get(message.dest)
    if (node === undefined) this.clients.receive(message)
    else if (node.state !== 'gone') {
      this.heard(message)
      node.receive(message)
    } else if (!this.network.isDoubled(message)) this.clients.refused(message)
  }

  /** Tells what nodes print from now on. @returns what ends it */
  follow(hear: (line: PrintedLine) => void): () => void {
    this.listeners.add(hear)
    return () => this.listeners.delete(hear)
  }

  private printed(node: string, text: string): void {
    const lines = this.lines.get(node) ?? []
    this.lines.set(node, lines)
    lines.push(`${(this.scheduler.now() / 1e9).toFixed(6)} ${text}`)
    if (this.listeners.size === 0) return
    for (const hear of this.listeners) hear({ node, text })
    this.scheduler.stir()
  }
}
