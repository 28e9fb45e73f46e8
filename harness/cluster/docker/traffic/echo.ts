/** Echo requests over many links at once, from the nodes' network namespaces; the kernels answer. */
import { CLIENTS, type Echo, type EchoOptions, type Link } from '../../../capabilities/traffic.ts'
import type { Agent } from '../agent.ts'
import { echoProgram } from './echo-program.ts'
import { byNode, departureOf, type Ends } from './places.ts'
import { clockCall } from './queue.ts'

/** A link from the clients is met by requests in the other direction, whose answers cross it. */
export const echo = async (
  agent: Agent,
  ends: Ends,
  links: readonly Link[],
  options: EchoOptions,
): Promise<readonly Echo[]> => {
  const { count, gapMs = 2, waitMs = 500, bytes = 56 } = options
  const numbers = [count, gapMs / 1000, waitMs / 1000, bytes].map(String)
  const turned = ({ from, to }: Link): Link =>
    from === CLIENTS ? { from: to, to: from } : { from, to }
  const places = byNode(links.map((link) => departureOf(turned(link), ends)))
  const found = await Promise.all(
    [...places].map(async ([node, there]) => {
      const argv = ['perl', '-e', echoProgram, clockCall(), ...numbers]
      const addresses = there.map(({ addresses: { ipv4 } }) => ipv4)
      const replies = parseReplies(await agent.runIn(node.pid, [...argv, ...addresses]))
      return there.map(({ link }, place) => ({ link, replies: replies.get(place) ?? [] }))
    }),
  )
  return links.map((link) => {
    const { from, to } = turned(link)
    const answer = found.flat().find((one) => one.link.from === from && one.link.to === to)
    return { link, sent: count, replies: answer?.replies ?? [] }
  })
}

/** Lines `place sequence ms at`. */
const parseReplies = (text: string): ReadonlyMap<number, Echo['replies']> => {
  const replies = new Map<number, Echo['replies'][number][]>()
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [place = 0, sequence = 0, ms = 0, atMs = 0] = line.split(' ').map(Number)
    const there = replies.get(place) ?? []
    there.push({ sequence, ms, atMs })
    replies.set(place, there)
  }
  return replies
}

/** What the nodes' kernels count as `InCsumErrors`, of all protocols in both families. */
export const badChecksums = async (
  agent: Agent,
  { members }: Ends,
): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(
    await Promise.all(
      members.map(async ({ name, pid }) => {
        const command = 'cat /proc/net/snmp; cat /proc/net/snmp6 2>/dev/null; true'
        const text = await agent.runIn(pid, ['sh', '-c', command])
        return [name, parseBadChecksums(text)] as const
      }),
    ),
  )

/** Lines `Tcp: NAME...` and `Tcp: number...`; and lines `Udp6InCsumErrors number`. */
export const parseBadChecksums = (text: string): number => {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/))
  return lines.reduce((sum, [head = '', ...rest], at) => {
    if (head.endsWith('InCsumErrors')) return sum + Number(rest[0])
    const place = rest.indexOf('InCsumErrors')
    return place < 0 ? sum : sum + Number(lines[at + 1]?.[place + 1] ?? 0)
  }, 0)
}
