/**
 * What faults may do to a simulated cluster: the same capabilities as of the real one, so that the same
 * nemesis acts on both. Everything takes hold at once, and evidence is read from the simulation's state
 * by its effect: a probe is a message that the network is asked about.
 */
import type { Clocks } from '../../capabilities/clocks.ts'
import type { Network } from '../../capabilities/network.ts'
import type { Processes, ProcessState } from '../../capabilities/processes.ts'
import { CLIENTS, type Traffic } from '../../capabilities/traffic.ts'
import { EnvironmentError } from '../../errors.ts'
import type { SimNetwork } from './network.ts'
import type { SimNode } from './node.ts'
import type { Scheduler } from './scheduler.ts'

type Nodes = ReadonlyMap<string, SimNode>

const pick = (nodes: Nodes, names: readonly string[]): readonly SimNode[] =>
  names.map((name) => {
    const node = nodes.get(name)
    if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
    return node
  })

export const simLinks = (network: SimNetwork, nodes: Nodes): Network => ({
  setGrudge: async (grudge) => network.setGrudge(grudge),
  clear: async () => network.setGrudge({}),
  probe: async () => {
    const ends = [...nodes.keys(), CLIENTS]
    return ends.flatMap((to) =>
      ends
        .filter((from) => from !== to)
        .map((from) => {
          const outcome = network.isCut(from, to) ? 'dropped' : 'delivered'
          return { from, to, outcome } as const
        }),
    )
  },
})

export const simTraffic = (network: SimNetwork): Traffic => ({
  shape: async (links, shaping) => network.shape(links, shaping),
  clear: async (kind) => network.clear(kind),
  counts: async (kind) => network.counts(kind),
  echo: async (links, options) =>
    links.map((link) => ({ link, sent: options.count, replies: network.echo(link, options) })),
  badChecksums: async () => Object.fromEntries(network.refused),
  // Messages travel for themselves: there are no connections to list or to cut.
  connections: async () => [],
  reset: async () => [],
})

export const simProcesses = (nodes: Nodes, scheduler: Scheduler): Processes => {
  const onEach = (names: readonly string[], work: (node: SimNode) => void): void => {
    for (const node of pick(nodes, names)) work(node)
  }
  const state = async (name: string): Promise<ProcessState> => {
    const [node] = pick(nodes, [name])
    const { state, run, work } = node!
    return state === 'gone'
      ? { state, pid: undefined, cpuNs: undefined }
      : { state, pid: run, cpuNs: work }
  }
  return {
    kill: async (names) => onEach(names, (node) => node.kill()),
    terminate: async (names) => {
      const endings = pick(nodes, names).map(({ name, state }) => ({
        node: name,
        by: state === 'gone' ? ('was gone' as const) : ('itself' as const),
        afterMs: 0,
      }))
      onEach(names, (node) => node.kill())
      return endings
    },
    start: async (names) => onEach(names, (node) => node.begin()),
    pause: async (names) => onEach(names, (node) => node.pause()),
    resume: async (names) => {
      onEach(names, (node) => node.resume())
      scheduler.stir()
    },
    state,
    list: async (name) => {
      const { pid, state: is } = await state(name)
      return pid === undefined ? [] : [{ pid, command: name, isStopped: is === 'paused' }]
    },
    // A simulated node is one process, which `pause` stops.
    signal: async () => {},
    wipe: async (names) =>
      onEach(names, (node) => {
        if (node.state !== 'gone') throw new EnvironmentError(`${node.name} runs`)
        node.disk.wipe()
      }),
    isWiped: async (name) => pick(nodes, [name])[0]!.disk.isEmpty,
  }
}

export const simClocks = (nodes: Nodes, scheduler: Scheduler): Clocks => ({
  set: async (names, skew) => {
    const since = scheduler.now()
    for (const node of pick(nodes, names)) node.skews.set(skew.kind, { skew, since })
  },
  clear: async (kind) => {
    for (const node of nodes.values()) node.skews.delete(kind)
  },
  read: async (names) =>
    Object.fromEntries(
      pick(nodes, names).map((node) => {
        if (node.state === 'gone') return [node.name, []]
        const offsetMs = node.offsetMs()
        const isSkewed = node.skews.size > 0
        const reading = {
          pid: node.run,
          process: node.name,
          offsetMs,
          wantedMs: offsetMs,
          isSkewed,
        }
        return [node.name, [reading]]
      }),
    ),
  ask: async () => undefined,
})
