/**
 * Chooses the run's addresses and makes its network: a bridge without a way out, on a random /24 of
 * 198.18.0.0/15, which is set aside for tests of network devices and so collides with no real
 * network. Several runs start at the same time and choose without asking each other: the engine
 * refuses an overlap and the next free one is tried.
 */
import { randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { EnvironmentError } from '../../errors.ts'
import { type Engine, reasonOf } from './engine.ts'
import type { Labels } from './labels.ts'

/** The third and second last bytes of a /24 in 198.18.0.0/15: 0 … 511. */
export type SubnetNumber = number

const subnetCount = 512
/** The last byte of the first member's address; the bridge itself is .1. */
const firstHost = 11

export interface Subnet {
  readonly name: string
  readonly ipv4: string
  /** Undefined where the engine or the kernel has no IPv6. */
  readonly ipv6: string | undefined
  /** The host's own addresses in it: where clients come from. */
  readonly host: Addresses
  /** The addresses of the n-th member, from 0. */
  addresses(member: number): Addresses
}

export interface Addresses {
  readonly ipv4: string
  readonly ipv6: string | undefined
}

/** Creates the network of a run. @throws EnvironmentError when every subnet is taken */
export const createSubnet = async (
  engine: Engine,
  options: { readonly name: string; readonly labels: Labels; readonly members: number },
): Promise<Subnet> => {
  if (options.members > 255 - firstHost)
    throw new EnvironmentError(`${options.members} nodes do not fit into one subnet`)
  const taken = takenSubnets([...(await engineSubnets(engine)), ...hostAddresses()])
  let withIpv6 = true
  for (;;) {
    const number = chooseSubnet(taken, randomInt)
    if (number === undefined)
      throw new EnvironmentError(
        `all ${subnetCount} subnets of 198.18.0.0/15 are taken: run schism clean`,
      )
    const subnet = describeSubnet(options.name, number, withIpv6)
    try {
      await create(engine, subnet, options.labels)
      return subnet
    } catch (error) {
      const reason = reasonOf(error)
      if (/overlap|conflict/i.test(reason)) taken.add(number)
      else if (withIpv6 && /ipv6|ip6tables/i.test(reason)) withIpv6 = false
      else throw new EnvironmentError(`cannot create network ${options.name}: ${reason}`)
    }
  }
}

/** The numbers of our subnets that the given networks or addresses (`a.b.c.d/len`) overlap. */
export const takenSubnets = (cidrs: readonly string[]): Set<SubnetNumber> => {
  const taken = new Set<SubnetNumber>()
  for (const cidr of cidrs) {
    const [address = '', length = '32'] = cidr.split('/')
    const bytes = address.split('.').map(Number)
    if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) continue
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
    const size = 2 ** (32 - Number(length))
    const first = value - (value % size)
    for (let number = 0; number < subnetCount; number++) {
      const start = base + number * 256
      if (start < first + size && first < start + 256) taken.add(number)
    }
  }
  return taken
}

/** A random free one; undefined when all are taken. `pick(n)` gives a whole number below n. */
export const chooseSubnet = (
  taken: ReadonlySet<SubnetNumber>,
  pick: (below: number) => number,
): SubnetNumber | undefined => {
  const free = Array.from({ length: subnetCount }, (_, n) => n).filter((n) => !taken.has(n))
  return free.length === 0 ? undefined : free[pick(free.length)]
}

export const describeSubnet = (name: string, number: SubnetNumber, withIpv6: boolean): Subnet => {
  const prefix = `198.${18 + (number >> 8)}.${number & 255}`
  // A unique local prefix: 40 random bits in RFC 4193, here a mark of ours with the subnet's
  // number.
  const prefix6 = `fd53:6368:6973:${number.toString(16)}`
  return {
    name,
    ipv4: `${prefix}.0/24`,
    ipv6: withIpv6 ? `${prefix6}::/64` : undefined,
    host: { ipv4: `${prefix}.1`, ipv6: withIpv6 ? `${prefix6}::1` : undefined },
    addresses: (member) => ({
      ipv4: `${prefix}.${firstHost + member}`,
      ipv6: withIpv6 ? `${prefix6}::${(firstHost + member).toString(16)}` : undefined,
    }),
  }
}

const base = 198 * 2 ** 24 + 18 * 2 ** 16

const engineSubnets = async (engine: Engine): Promise<readonly string[]> =>
  (await engine.listNetworks()).flatMap((network) =>
    (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
  )

const hostAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr])),
  )

const create = (engine: Engine, subnet: Subnet, labels: Labels) =>
  engine.createNetwork({
    Name: subnet.name,
    Driver: 'bridge',
    Internal: true,
    CheckDuplicate: true,
    EnableIPv6: subnet.ipv6 !== undefined,
    IPAM: {
      Driver: 'default',
      Config: [subnet.ipv4, subnet.ipv6].flatMap((cidr) =>
        cidr === undefined ? [] : [{ Subnet: cidr }],
      ),
    },
    Labels: { ...labels },
  })
