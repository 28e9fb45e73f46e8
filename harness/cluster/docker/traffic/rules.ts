/**
 * Loss and duplicates, as nftables scripts: text for `nft -f -`, one transaction each, in tables of their
 * own, so that they hold beside a partition and beside each other. Each link has a rule that counts what
 * comes and one that counts what it does. What is lost is dropped after the place where a partition
 * drops and before packets are queued; a copy is made on arrival, before all of that, and meets it again.
 *
 * The kernel's counting number generator (`numgen inc`) makes bursts: of every `period` packets of a
 * link the first `burst` are lost, so runs have that very length.
 */
import type { ShapingCount } from '../../../capabilities/traffic.ts'
import { deleteTables, type Family, replaceTable } from '../nft.ts'
import { addressesIn, type NetworkMember, type Place } from './places.ts'

export const lossTable = 'schism_loss'
export const duplicateTable = 'schism_duplicate'

/** Without neighbour discovery IPv6 loses both directions, and not just some packets. */
const passNeighbours = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'

export interface Loss {
  readonly percent: number
  readonly burst?: number
}

/** Loses packets at a node. */
export const lossScript = (places: readonly Place[], loss: Loss): string =>
  replaceTable(
    lossTable,
    hooks.flatMap(({ direction, name }) => [
      `chain ${name} {`,
      `type filter hook ${name} priority -200`,
      passNeighbours,
      ...rulesOf(places, direction, ({ match, count }) => [
        `${match} ${count('packets')}`,
        `${match} ${chance(loss)} counter drop comment ${count.text('touched')}`,
      ]),
      '}',
    ]),
  )

const hooks = [
  { direction: 'in', name: 'input' },
  { direction: 'out', name: 'output' },
] as const

/** True of the share of packets that is touched; of all of them, without a condition. */
const chance = ({ percent, burst = 1 }: Loss): string => {
  if (percent >= 100) return ''
  return burst <= 1
    ? `numgen random mod 10000 < ${Math.round(percent * 100)}`
    : `numgen inc mod ${Math.max(burst + 1, Math.round((burst * 100) / percent))} < ${burst}`
}

/**
 * Duplicates packets at a node. A copy of what arrives is sent to the node itself, through its loopback
 * device, so the rule asks for the real one; a copy of what departs goes to the same next hop.
 */
export const duplicateScript = (
  places: readonly Place[],
  at: NetworkMember,
  percent: number,
): string =>
  (['ip', 'ip6'] as const)
    .filter((family) => family === 'ip' || at.addresses.ipv6 !== undefined)
    .map((family) => {
      const self = family === 'ip' ? at.addresses.ipv4 : at.addresses.ipv6
      const rules = (direction: Place['direction'], to: (address: string) => string) =>
        rulesOf(places, direction, ({ match, address, count }) => {
          if (!match.startsWith(`${family} `)) return []
          const met = direction === 'in' ? `iifname "eth0" ${match}` : match
          return [
            `${met} ${count('packets')}`,
            `${met} ${chance({ percent })} counter ${to(address)} comment ${count.text('touched')}`,
          ]
        })
      return replaceTable(
        duplicateTable,
        [
          'chain prerouting {',
          'type filter hook prerouting priority -200',
          ...rules('in', () => `dup to ${self}`),
          '}',
          'chain output {',
          'type filter hook output priority -190',
          ...rules('out', (address) => `dup to ${address} device "eth0"`),
          '}',
        ],
        family,
      )
    })
    .join('')

export const deleteDuplicate: string = (['ip', 'ip6'] as const)
  .map((family) => deleteTables([duplicateTable], family))
  .join('')

interface RuleParts {
  readonly match: string
  readonly address: string
  readonly count: ((what: string) => string) & { readonly text: (what: string) => string }
}

/** The rules of a direction, for each address of each other end. */
const rulesOf = (
  places: readonly Place[],
  direction: Place['direction'],
  rules: (parts: RuleParts) => readonly string[],
): readonly string[] =>
  places
    .filter((place) => place.direction === direction)
    .flatMap((place) =>
      addressesIn(place.addresses).flatMap((address) => {
        const family: Family = address.includes(':') ? 'ip6' : 'ip'
        const text = (what: string) => `"${what} ${place.link.from} ${place.link.to}"`
        const count = Object.assign((what: string) => `counter comment ${text(what)}`, { text })
        const side = direction === 'in' ? 'saddr' : 'daddr'
        return rules({ match: `${family} ${side} ${address}`, address, count })
      }),
    )

/** Reads one of our tables from `nft -j list ruleset`, both families together. */
export const parseCounts = (json: string, table: string): readonly ShapingCount[] => {
  const listed = JSON.parse(json) as { nftables: readonly { rule?: Rule }[] }
  const counts = new Map<string, { packets: number; touched: number }>()
  for (const { rule } of listed.nftables) {
    const [, what, link] = /^(packets|touched) (.+)$/.exec(rule?.comment ?? '') ?? []
    if (rule?.table !== table || what === undefined || link === undefined) continue
    const count = counts.get(link) ?? { packets: 0, touched: 0 }
    const seen = rule.expr.find((part) => part.counter !== undefined)?.counter?.packets ?? 0
    counts.set(link, { ...count, [what]: count[what as 'packets' | 'touched'] + seen })
  }
  return [...counts].map(([link, count]) => {
    const [from = '', to = ''] = link.split(' ')
    return { link: { from, to }, ...count }
  })
}

interface Rule {
  readonly table: string
  readonly comment?: string
  readonly expr: readonly { readonly counter?: { readonly packets: number } }[]
}
