/**
 * Partitions, as nftables rules in the network namespace of each node. The namespace belongs to the
 * node's holder, so the rules outlive a kill and a restart of the node. A packet is dropped where
 * it arrives, by its sender's address: so every grudge, also a one-way one, is the receiver's own
 * affair, clients on the host stay connected, and the sender notices nothing but silence.
 */
import type { Grudge, LinkProbe, Network } from '../../api.ts'
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

/** A node as its network sees it. */
export interface NetworkMember {
  readonly name: string
  readonly addresses: Addresses
  /** The host pid of the process that owns the network namespace. */
  readonly pid: number
}

/**
 * Probes are repeated this often while one has not arrived, each time after a longer wait in ms.
 */
const probeWaitsMs = [5, 10, 20, 40, 80]

export const nodeNetwork = (agent: Agent, members: readonly NetworkMember[]): Network => {
  const byName = new Map(members.map((member) => [member.name, member]))
  const addressesOf = (name: string): Addresses => {
    const member = byName.get(name)
    if (member === undefined) throw new EnvironmentError(`a grudge names ${name}: no such node`)
    return member.addresses
  }
  const onEach = <T>(work: (member: NetworkMember) => Promise<T>): Promise<T[]> =>
    Promise.all(members.map(work))
  const nft = (member: NetworkMember, script: string): Promise<string> =>
    agent.runIn(member.pid, ['nft', '-f', '-'], script)

  return {
    setGrudge: async (grudge) => {
      Object.keys(grudge).forEach(addressesOf)
      const script = (member: NetworkMember) =>
        grudgeScript(sendersOf(grudge, member).map(addressesOf))
      await onEach((member) => nft(member, script(member)))
    },
    clear: async () => {
      await onEach((member) => nft(member, deleteTables(grudgeTable, probeTable)))
    },
    probe: async () => {
      const peersOf = (member: NetworkMember) => members.filter((peer) => peer !== member)
      await onEach((member) => nft(member, probeScript(named(peersOf(member)))))
      try {
        const counts = await exchange(agent, members)
        return linksOf(members, counts)
      } finally {
        await onEach((member) => nft(member, deleteTables(probeTable)))
      }
    },
  }
}

/** Nobody is cut off from itself. */
const sendersOf = (grudge: Grudge, member: NetworkMember): readonly string[] =>
  (grudge[member.name] ?? []).filter((sender) => sender !== member.name)

const named = (members: readonly NetworkMember[]): Readonly<Record<string, Addresses>> =>
  Object.fromEntries(members.map((member) => [member.name, member.addresses]))

type CountsByReceiver = ReadonlyMap<string, readonly ProbeCounts[]>

/** Sends from every node to every other and reads what arrived, until all have or patience ends. */
const exchange = async (
  agent: Agent,
  members: readonly NetworkMember[],
): Promise<CountsByReceiver> => {
  let counts: CountsByReceiver = new Map()
  for (const waitMs of probeWaitsMs) {
    await Promise.all(members.map((member) => send(agent, member, members)))
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

/** One datagram to every other node, in both families, without waiting for anything. */
const send = (agent: Agent, from: NetworkMember, members: readonly NetworkMember[]) => {
  const addresses = members
    .filter((member) => member !== from)
    .flatMap(({ addresses: { ipv4, ipv6 } }) => (ipv6 === undefined ? [ipv4] : [ipv4, ipv6]))
  return agent.runIn(from.pid, ['perl', '-e', sender, String(probePort), ...addresses])
}

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

/**
 * A link is open when a probe got through and cut when none did. Only families count in which a
 * probe came as far as the receiver's rules, and these must agree.
 */
const linksOf = (
  members: readonly NetworkMember[],
  counts: CountsByReceiver,
): readonly LinkProbe[] =>
  members.flatMap((to) =>
    members
      .filter((from) => from !== to)
      .map((from) => {
        const seen = (counts.get(to.name) ?? []).filter(
          (count) => count.sender === from.name && count.arrived > 0,
        )
        const passed = seen.filter((count) => count.passed > 0)
        if (passed.length > 0 && passed.length < seen.length)
          throw new EnvironmentError(
            `the link ${from.name} → ${to.name} passes one IP family and not the other`,
          )
        const outcome = passed.length > 0 ? 'delivered' : 'dropped'
        return { from: from.name, to: to.name, outcome } as const
      }),
  )
