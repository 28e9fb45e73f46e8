/**
 * The nftables scripts, as text. Each is one transaction for `nft -f -`: it takes hold as a whole
 * or not at all, and replaces what our table held before. We own two tables in each node's network
 * namespace and touch no others: Docker's name resolution lives in one of them.
 */
import type { Addresses } from './subnet.ts'

/** Holds the drops of the grudge in force; absent on a whole network. */
export const grudgeTable = 'schism'
/** Holds the counters of a probe; absent except while one runs. */
export const probeTable = 'schism_probe'
/** Nobody listens on discard's port; only our probes are sent there. */
export const probePort = 9

/**
 * Drops, on arrival, every packet from the senders, and on departure every packet to the receivers: only
 * the host is one, where we have no rules. Neighbour discovery is let through: it is to
 * IPv6 what ARP is to IPv4, which nftables does not see here either; without it a one-way cut would
 * also stop the packets of the other direction.
 */
export const grudgeScript = (
  senders: readonly Addresses[],
  receivers: readonly Addresses[] = [],
): string =>
  replaceTable(grudgeTable, [
    ...dropChain('incoming', 'input', 'saddr', senders),
    ...(receivers.length === 0 ? [] : dropChain('outgoing', 'output', 'daddr', receivers)),
  ])

const dropChain = (
  name: string,
  hook: 'input' | 'output',
  side: 'saddr' | 'daddr',
  members: readonly Addresses[],
): readonly string[] => [
  `chain ${name} {`,
  `type filter hook ${hook} priority -300`,
  ...(members.length === 0
    ? []
    : [
        'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept',
        ...familiesOf(members).map(
          ({ family, addresses }) => `${family} ${side} { ${addresses.join(', ')} } counter drop`,
        ),
      ]),
  '}',
]

/**
 * Counts probes before and after the place where the grudge drops, per other end: what came and what
 * got through. It reads the effect of the rules and not the rules.
 */
export const probeScript = (
  senders: Readonly<Record<string, Addresses>>,
  receivers: Readonly<Record<string, Addresses>> = {},
): string =>
  replaceTable(probeTable, [
    ...countChains('input', 'saddr', senders),
    ...(Object.keys(receivers).length === 0 ? [] : countChains('output', 'daddr', receivers)),
  ])

const countChains = (
  hook: 'input' | 'output',
  side: 'saddr' | 'daddr',
  members: Readonly<Record<string, Addresses>>,
): readonly string[] =>
  [
    { place: 'arrived', priority: -310 },
    { place: 'passed', priority: -290 },
  ].flatMap(({ place, priority }) => [
    `chain ${hook}_${place} {`,
    `type filter hook ${hook} priority ${priority}`,
    ...Object.entries(members).flatMap(([name, addresses]) =>
      familiesOf([addresses]).map(
        ({ family, addresses: [address] }) =>
          `${family} ${side} ${address} udp dport ${probePort} counter comment "${family} ${name}"`,
      ),
    ),
    '}',
  ])

/** Works where the table is absent too. */
export const deleteTables = (tables: readonly string[], family: 'inet' | Family = 'inet'): string =>
  tables.map((table) => `table ${family} ${table} {}\ndelete table ${family} ${table}\n`).join('')

/** Probes per other end and family at each of the two places. */
export interface ProbeCounts {
  readonly direction: 'in' | 'out'
  readonly peer: string
  readonly family: Family
  readonly arrived: number
  readonly passed: number
}

export type Family = 'ip' | 'ip6'

/** Reads `nft -j list table inet schism_probe`. */
export const parseProbeCounts = (json: string): readonly ProbeCounts[] => {
  const listed = JSON.parse(json) as { nftables: readonly { rule?: Rule }[] }
  const counts = new Map<string, { arrived: number; passed: number }>()
  for (const { rule } of listed.nftables) {
    if (rule?.comment === undefined) continue
    const [hook, place = ''] = rule.chain.split('_')
    const key = `${hook === 'input' ? 'in' : 'out'} ${rule.comment}`
    const count = counts.get(key) ?? { arrived: 0, passed: 0 }
    const packets = rule.expr.find((part) => part.counter !== undefined)?.counter?.packets ?? 0
    counts.set(key, { ...count, [place]: packets })
  }
  return [...counts].map(([key, count]) => {
    const [direction, family, peer = ''] = key.split(' ') as ['in' | 'out', Family, string]
    return { direction, peer, family, ...count }
  })
}

interface Rule {
  readonly chain: string
  readonly comment?: string
  readonly expr: readonly { readonly counter?: { readonly packets: number } }[]
}

const familiesOf = (
  members: readonly Addresses[],
): readonly { family: Family; addresses: readonly string[] }[] => {
  const ipv6 = members.flatMap((member) => (member.ipv6 === undefined ? [] : [member.ipv6]))
  return [
    { family: 'ip' as const, addresses: members.map((member) => member.ipv4) },
    { family: 'ip6' as const, addresses: ipv6 },
  ].filter(({ addresses }) => addresses.length > 0)
}

/** One statement a line: nft refuses two closing braces on one. */
export const replaceTable = (
  table: string,
  lines: readonly string[],
  family: 'inet' | Family = 'inet',
): string =>
  [
    `table ${family} ${table} {}`,
    `flush table ${family} ${table}`,
    `table ${family} ${table} {`,
    ...lines,
    '}',
    '',
  ].join('\n')
