/**
 * Partitions, as nftables rules in the network namespace of each node. The namespace belongs to the
 * node's holder, so the rules outlive a kill and a restart of the node. A packet is dropped where
 * it arrives, by its sender's address: so every grudge, also a one-way one, is the receiver's own
 * affair, and the sender notices nothing but silence. Clients on the host stay connected unless they are
 * named; what goes to them is dropped where it departs, because the host has no rules of ours.
 */
import { createSocket } from 'node:dgram'
import type { Grudge, LinkProbe, Network } from '../../api.ts'
import { CLIENTS } from '../../capabilities/traffic.ts'
import { milliseconds, realClock, sleep } from '../../clock.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Agent } from './agent.ts'
import {
  deleteTables,
  grudgeScript,
  grudgeTable,
  type ProbeCounts,
  parseProbeCounts,
  probePort,
  probeScript,
  probeTable,
} from './nft.ts'
import type { Addresses } from './subnet.ts'
import { addressesIn, type Ends, type NetworkMember } from './traffic/places.ts'

/**
 * Probes are repeated this often while one has not arrived, each time after a longer wait in ms.
 */
const probeWaitsMs = [5, 10, 20, 40, 80]

export const nodeNetwork = (agent: Agent, ends: Ends): Network => {
  const { members, host } = ends
  const known = new Map<string, Addresses>([
    ...members.map(({ name, addresses }) => [name, addresses] as const),
    [CLIENTS, host],
  ])
  const addressesOf = (name: string): Addresses => {
    const addresses = known.get(name)
    if (addresses === undefined) throw new EnvironmentError(`a grudge names ${name}: no such node`)
    return addresses
  }
  const onEach = <T>(work: (member: NetworkMember) => Promise<T>): Promise<T[]> =>
    Promise.all(members.map(work))
  const nft = (member: NetworkMember, script: string): Promise<string> =>
    agent.runIn(member.pid, ['nft', '-f', '-'], script)

  return {
    setGrudge: async (grudge) => {
      Object.keys(grudge).forEach(addressesOf)
      Object.values(grudge).flat().forEach(addressesOf)
      await onEach((member) => nft(member, scriptOf(grudge, member, addressesOf)))
    },
    clear: async () => {
      await onEach((member) => nft(member, deleteTables([grudgeTable, probeTable])))
    },
    probe: async () => {
      const peersOf = (member: NetworkMember) => members.filter((peer) => peer !== member)
      const clients = { [CLIENTS]: host }
      await onEach((member) =>
        nft(member, probeScript({ ...named(peersOf(member)), ...clients }, clients)),
      )
      try {
        const counts = await exchange(agent, ends)
        return linksOf(members, counts)
      } finally {
        await onEach((member) => nft(member, deleteTables([probeTable])))
      }
    },
  }
}

const scriptOf = (
  grudge: Grudge,
  { name }: NetworkMember,
  addressesOf: (name: string) => Addresses,
): string => {
  // Nobody is cut off from itself.
  const senders = (grudge[name] ?? []).filter((sender) => sender !== name)
  const isUnheard = grudge[CLIENTS]?.includes(name) ?? false
  return grudgeScript(senders.map(addressesOf), isUnheard ? [addressesOf(CLIENTS)] : [])
}

const named = (members: readonly NetworkMember[]): Readonly<Record<string, Addresses>> =>
  Object.fromEntries(members.map((member) => [member.name, member.addresses]))

type CountsByNode = ReadonlyMap<string, readonly ProbeCounts[]>

/** Sends over every link and reads what arrived, until all has or patience ends. */
const exchange = async (agent: Agent, { members, host }: Ends): Promise<CountsByNode> => {
  let counts: CountsByNode = new Map()
  for (const waitMs of probeWaitsMs) {
    await Promise.all([
      ...members.map((member) => {
        const peers = members.filter((peer) => peer !== member)
        return send(agent, member, [...peers.map(({ addresses }) => addresses), host])
      }),
      sendAsClient(members),
    ])
    // The kernels pass a packet on in microseconds; the wait is for a first neighbour look-up.
    await sleep(realClock(), milliseconds(waitMs))
    counts = new Map(
      await Promise.all(
        members.map(async (member) => [member.name, await readCounts(agent, member)] as const),
      ),
    )
    if ([...counts.values()].flat().every(({ arrived }) => arrived > 0)) break
  }
  return counts
}

const readCounts = async (agent: Agent, member: NetworkMember) =>
  parseProbeCounts(
    await agent.runIn(member.pid, ['nft', '-j', 'list', 'table', 'inet', probeTable]),
  )

/** One datagram to every other end, in both families, without waiting for anything. */
const send = (agent: Agent, from: NetworkMember, ends: readonly Addresses[]) =>
  agent.runIn(from.pid, ['perl', '-e', sender, String(probePort), ...ends.flatMap(addressesIn)])

const sender = `
use Socket qw(:all);
my $port = shift;
for my $address (@ARGV) {
  my $six = $address =~ /:/;
  socket(my $socket, $six ? AF_INET6 : AF_INET, SOCK_DGRAM, 0) or next;
  my $host = inet_pton($six ? AF_INET6 : AF_INET, $address);
  my $to = $six ? pack_sockaddr_in6($port, $host) : pack_sockaddr_in($port, $host);
  send($socket, 'schism', 0, $to);
}`

/** The same from here, where clients are. */
const sendAsClient = async (members: readonly NetworkMember[]): Promise<void> => {
  const addresses = members.flatMap((member) => addressesIn(member.addresses))
  await Promise.all(
    addresses.map(
      (address) =>
        new Promise<void>((resolve) => {
          const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
          // What cannot be sent is not counted as arrived: that is the answer.
          const finish = (): void => {
            socket.close()
            resolve()
          }
          socket.once('error', finish)
          socket.send('schism', probePort, address, finish)
        }),
    ),
  )
}

/**
 * A link is open when a probe got through and cut when none did. Only families count in which a
 * probe came as far as the rules, and these must agree.
 */
const linksOf = (members: readonly NetworkMember[], counts: CountsByNode): readonly LinkProbe[] => {
  const probeOf = (from: string, to: string): LinkProbe => {
    const [at, peer, direction] = to === CLIENTS ? [from, to, 'out'] : [to, from, 'in']
    const seen = (counts.get(at) ?? []).filter(
      (count) => count.direction === direction && count.peer === peer && count.arrived > 0,
    )
    const passed = seen.filter((count) => count.passed > 0)
    if (passed.length > 0 && passed.length < seen.length)
      throw new EnvironmentError(`the link ${from} → ${to} passes one IP family and not the other`)
    return { from, to, outcome: passed.length > 0 ? 'delivered' : 'dropped' }
  }
  return members.flatMap((to) => [
    ...members.filter((from) => from !== to).map((from) => probeOf(from.name, to.name)),
    probeOf(CLIENTS, to.name),
    probeOf(to.name, CLIENTS),
  ])
}
