/**
 * Rates, and delays where the kernel has netem, as queueing disciplines: text for `tc -batch -`. Links
 * are shaped where packets depart; what clients send, where it arrives, through an intermediate device
 * (ifb), because only what departs can be queued. Each link has a class of its own in one htb, so what
 * other links carry is untouched; below it a token bucket for the rate, which cuts large segments, and a
 * netem with all that the link's other kinds ask for.
 *
 * A rate was measured on real traffic. The machine that this was written on has no netem: there its
 * arguments were given to `tc -batch`, whose parser took all of them (with the tables of distributions) and
 * which failed only at the kernel's "qdisc kind is unknown"; that test stands beside this file.
 */
import type { Shaping } from '../../../capabilities/traffic.ts'
import { addressesIn, type Place } from './places.ts'

/** What a link's class has to do. */
export interface LinkShape {
  readonly rateKbitS?: number
  readonly delay?: Extract<Shaping, { kind: 'delay' }>
  readonly reorder?: Extract<Shaping, { kind: 'reorder' }>
  readonly corrupt?: Extract<Shaping, { kind: 'corrupt' }>
}

export interface ShapedLink {
  readonly place: Place
  readonly shape: LinkShape
}

/** The device through which a node gets what clients send it. */
export const clientsDevice = 'schism0'
const nodeDevice = 'eth0'

/** How long a packet may wait for a rate before it is dropped; how much may pass at once. */
const RATE_LATENCY_MS = 400
const RATE_BURST_BYTES = 8192
/** Packets that netem may hold: its own 1000 would lose some of a fast link's. */
const NETEM_LIMIT = 50_000

/** Undoes all of it; its failures mean that there was nothing. */
export const unshapeScript = [
  `tc qdisc del dev ${nodeDevice} root`,
  `tc qdisc del dev ${nodeDevice} clsact`,
  `ip link del ${clientsDevice}`,
]
  .map((command) => `${command} 2>/dev/null`)
  .join('; ')

/** Makes a node's whole tree, in a namespace that has none; empty when nothing is shaped. */
export const shapeScript = (links: readonly ShapedLink[]): string => {
  const leaving = links.filter(({ place }) => place.direction === 'out')
  const arriving = links.filter(({ place }) => place.direction === 'in')
  return [
    ...tree(nodeDevice, leaving, 'dst'),
    ...(arriving.length === 0 ? [] : [`qdisc add dev ${nodeDevice} clsact`]),
    ...arriving.flatMap(({ place }) => redirects(place)),
    ...tree(clientsDevice, arriving, 'src'),
    '',
  ].join('\n')
}

/** Whether the intermediate device is needed: `tc` cannot make it. */
export const needsClientsDevice = (links: readonly ShapedLink[]): boolean =>
  links.some(({ place }) => place.direction === 'in')

const tree = (device: string, links: readonly ShapedLink[], side: 'src' | 'dst') =>
  links.length === 0
    ? []
    : [
        // What no filter names passes at once.
        `qdisc add dev ${device} root handle 1: htb default 0`,
        ...links.flatMap(({ place, shape }, number) =>
          branch(device, `${(number + 16).toString(16)}`, place, shape, side),
        ),
      ]

/** One link's class, its filters and what hangs below. */
const branch = (
  device: string,
  id: string,
  { addresses }: Place,
  shape: LinkShape,
  side: 'src' | 'dst',
): readonly string[] => {
  const netem = netemArguments(shape)
  const rate = shape.rateKbitS
  return [
    `class add dev ${device} parent 1: classid 1:${id} htb rate 100gbit quantum 60000`,
    ...addressesIn(addresses).map((address) =>
      match(`filter add dev ${device} parent 1:`, address, side, `flowid 1:${id}`),
    ),
    ...(rate === undefined
      ? []
      : [
          `qdisc add dev ${device} parent 1:${id} handle ${id}: tbf ` +
            `rate ${rate}kbit burst ${RATE_BURST_BYTES} latency ${RATE_LATENCY_MS}ms`,
        ]),
    ...(netem === ''
      ? []
      : [
          `qdisc add dev ${device} parent ${rate === undefined ? `1:${id}` : `${id}:1`} ` +
            `handle ${id}0: netem limit ${NETEM_LIMIT} ${netem}`,
        ]),
  ]
}

const redirects = ({ addresses }: Place): readonly string[] =>
  addressesIn(addresses).map((address) =>
    match(
      `filter add dev ${nodeDevice} ingress`,
      address,
      'src',
      `action mirred egress redirect dev ${clientsDevice}`,
    ),
  )

/** u32, because kernels without the newer flower have it. */
const match = (filter: string, address: string, side: 'src' | 'dst', then: string): string =>
  address.includes(':')
    ? `${filter} protocol ipv6 pref 2 u32 match ip6 ${side} ${address}/128 ${then}`
    : `${filter} protocol ip pref 1 u32 match ip ${side} ${address}/32 ${then}`

/**
 * netem delays all but the share that it is told to send at once: so packets are held back by delaying the
 * others' complement; beside a delay, a share is not delayed and overtakes.
 */
export const netemArguments = ({ delay, reorder, corrupt }: LinkShape): string =>
  [
    ...(delay === undefined ? [] : [delayArguments(delay)]),
    ...(reorder === undefined
      ? []
      : delay === undefined
        ? [`delay ${reorder.gapMs}ms reorder ${100 - reorder.percent}%`]
        : [`reorder ${reorder.percent}%`]),
    ...(corrupt === undefined ? [] : [`corrupt ${corrupt.percent}%`]),
  ].join(' ')

/** Without a distribution netem's is uniform. */
const delayArguments = ({ ms, jitterMs, distribution }: NonNullable<LinkShape['delay']>): string =>
  [
    `delay ${ms}ms`,
    ...(jitterMs > 0 ? [`${jitterMs}ms`] : []),
    ...(jitterMs > 0 && distribution !== 'uniform' ? [`distribution ${distribution}`] : []),
  ].join(' ')
