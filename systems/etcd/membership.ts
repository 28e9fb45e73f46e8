/**
 * How etcd changes its members, one at a time and by agreement. A member that was added is known by its peer
 * address alone until it has started and told its name; it starts with the list of all members, its own name
 * among them. What a removed member says no longer counts: its server ends by itself when it hears of it.
 */
import type { ClusterNode, MemberList, MembershipProtocol } from '../../harness/api.ts'
import type { EtcdMember, MembersReply } from './gateway.ts'
import { ask } from './health.ts'
import { initialCluster, JOINING, peerUrl } from './nodes.ts'

const LIMIT_MS = 900

export const membership: MembershipProtocol = {
  view: async (via, nodes, signal) => memberList(await listed(via, signal), nodes),
  async add(via, node, signal) {
    const request = { peerURLs: [peerUrl(node)] }
    await ask(via, LIMIT_MS, signal, (gateway, limit) =>
      gateway.call('/v3/cluster/member/add', request, limit),
    )
  },
  async remove(via, node, signal) {
    const member = (await listed(via, signal)).find((candidate) => isAt(candidate, node))
    if (member === undefined) return
    await ask(via, LIMIT_MS, signal, (gateway, limit) =>
      gateway.call('/v3/cluster/member/remove', { ID: member.ID }, limit),
    )
  },
  async joining(via, node, nodes, signal) {
    const { members, pending } = memberList(await listed(via, signal), nodes)
    const known = [...members, ...pending, node.name]
    return { [JOINING]: initialCluster(nodes.filter(({ name }) => known.includes(name))) }
  },
}

const listed = (via: ClusterNode, signal: AbortSignal): Promise<readonly EtcdMember[]> =>
  ask(via, LIMIT_MS, signal, async (gateway, limit) => {
    const reply = await gateway.call<MembersReply>('/v3/cluster/member/list', {}, limit)
    return reply.members
  })

/** Names change hands with the data; the address is the node's own. */
const isAt = ({ peerURLs = [] }: EtcdMember, node: Pick<ClusterNode, 'address'>): boolean =>
  peerURLs.includes(peerUrl(node))

/** Etcd's list in the cluster's words. */
export const memberList = (
  listed: readonly EtcdMember[],
  nodes: readonly Pick<ClusterNode, 'name' | 'address'>[],
): MemberList => {
  const known = nodes.flatMap((node) => {
    const member = listed.find((candidate) => isAt(candidate, node))
    return member === undefined ? [] : [{ name: node.name, member }]
  })
  const hasStarted = ({ member }: { member: EtcdMember }): boolean => Boolean(member.name)
  return {
    members: known.filter(hasStarted).map(({ name }) => name),
    pending: known.filter((entry) => !hasStarted(entry)).map(({ name }) => name),
    identities: Object.fromEntries(known.map(({ name, member }) => [name, member.ID])),
  }
}
