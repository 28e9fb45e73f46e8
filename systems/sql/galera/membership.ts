/**
 * How Galera changes its members: a node that starts with the address of another joins, one that ends leaves. Who is to join is
 * known before it starts, by its name in a table of the cluster, which it removes when it takes part; Galera's own table
 * has it as soon as it asks for the state. Only a primary component knows; what others say does not count.
 */
import type { ClusterNode, MemberList, MembershipProtocol } from '../../../harness/api.ts'
import type { AskLimits } from '../ask.ts'
import type { Statement } from '../connection.ts'
import { ask } from '../mariadb/health.ts'

const LIMIT_MS = 900

/** Of a node that is to join, and has not yet. */
export const joinersTable = 'CREATE TABLE joiners (name varchar(64) PRIMARY KEY)'

const listed: Statement = {
  name: 'members',
  text: `SELECT
    (SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_cluster_status'),
    (SELECT group_concat(concat(node_name, '=', node_uuid)) FROM mysql.wsrep_cluster_members),
    (SELECT group_concat(name) FROM joiners)`,
}

export const membership: MembershipProtocol = {
  view: async (via, _nodes, signal) => {
    const [status, members, joiners] = await ask(via, listed, limits(signal))
    if (status !== 'Primary') throw new Error(`${via.name} is in a component that is ${status}`)
    return memberList(String(members ?? ''), String(joiners ?? ''))
  },
  add: async (via, { name }, signal) => {
    await tell(via, `INSERT IGNORE INTO joiners VALUES (${quoted(name)})`, signal)
  },
  remove: async (via, node, signal) => {
    await tell(via, `DELETE FROM joiners WHERE name = ${quoted(node.name)}`, signal)
    // A node that does not answer has left, or will be left behind.
    await tell(node, 'SHUTDOWN', signal)
  },
  joining: () => Promise.resolve({}),
}

/** What a node lists, in the cluster's words. */
export const memberList = (members: string, joiners: string): MemberList => {
  const identities = Object.fromEntries(
    members.split(',').flatMap((member) => {
      const [name, identity] = member.split('=')
      return name && identity ? [[name, identity]] : []
    }),
  )
  const pending = joiners.split(',').filter((name) => name !== '')
  return {
    members: Object.keys(identities).filter((name) => !pending.includes(name)),
    pending,
    identities,
  }
}

const tell = async (node: ClusterNode, text: string, signal: AbortSignal): Promise<void> => {
  await ask(node, { name: 'change', text }, limits(signal))
}

const limits = (signal: AbortSignal): AskLimits => ({ limitMs: LIMIT_MS, signal })

/** Names of nodes are our own: letters and digits. */
const quoted = (name: string): string => `'${name}'`
