/**
 * When an etcd cluster serves, and who leads it. Ready means: every member names the same leader, knows
 * all members with their client addresses and answers a linearizable read, for that is what a client
 * of any member needs. Who leads is each member's own word, so in a partition two may say so.
 */
import type { Cluster, ClusterNode, WallTime } from '../../harness/api.ts'
import { encode, Gateway, type MembersReply, type RangeReply, type StatusReply } from './gateway.ts'
import { CLIENT_PORT } from './nodes.ts'

const READY_LIMIT_MS = 500
const STATUS_LIMIT_MS = 300

export const ready = async (cluster: Cluster, signal: AbortSignal): Promise<void> => {
  const { nodes } = cluster
  // The first member that does not serve is reason enough: the others are not waited for.
  const enough = new AbortController()
  const either = AbortSignal.any([signal, enough.signal])
  try {
    const leaders = await Promise.all(nodes.map((node) => checked(node, nodes.length, either)))
    const other = leaders.findIndex((leader) => leader !== leaders[0])
    if (other !== -1)
      throw new Error(`${nodes[0]!.name} and ${nodes[other]!.name} name different leaders`)
  } finally {
    enough.abort()
  }
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const leads = await Promise.all(
    nodes.map(async (node) => {
      try {
        return saysItLeads(await ask(node, STATUS_LIMIT_MS, signal, status))
      } catch {
        return false
      }
    }),
  )
  return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
}

/** The date of an answer over HTTP, in whole seconds: etcd speaks of time nowhere else. */
export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  const { host, port } = node.endpoint(CLIENT_PORT)
  const answer = await fetch(`http://${host}:${port}/version`, { signal })
  await answer.arrayBuffer()
  const secondMs = Date.parse(answer.headers.get('date') ?? '')
  return Number.isNaN(secondMs) ? undefined : { ms: secondMs + 500, withinMs: 500 }
}

/** Whether a member says of itself that it leads. */
export const saysItLeads = ({ leader, header }: StatusReply): boolean =>
  leader !== undefined && leader === header.member_id

/** Why a member does not serve yet, or undefined. */
export const unready = (
  { leader, errors = [] }: StatusReply,
  { members }: MembersReply,
  expected: number,
): string | undefined => {
  if (leader === undefined || leader === '0') return 'knows no leader'
  if (errors.length > 0) return errors.join(', ')
  // A member has client addresses once it has published itself, its last step of starting.
  const published = members.filter(({ clientURLs = [] }) => clientURLs.length > 0).length
  return published === expected ? undefined : `knows ${published} of ${expected} members`
}

/** Checks one member and returns the leader it names. */
const checked = (node: ClusterNode, expected: number, signal: AbortSignal): Promise<string> =>
  ask(node, READY_LIMIT_MS, signal, async (gateway, limit) => {
    const reply = await status(gateway, limit)
    const list = await gateway.call<MembersReply>('/v3/cluster/member/list', {}, limit)
    const reason = unready(reply, list, expected)
    if (reason !== undefined) throw new Error(reason)
    await gateway.call<RangeReply>('/v3/kv/range', { key: encode('ready') }, limit)
    return reply.leader!
  })

const status = (gateway: Gateway, limit: AbortSignal): Promise<StatusReply> =>
  gateway.call('/v3/maintenance/status', {}, limit)

/** Asks one member over a connection of its own. @throws with the member's name in the message */
export const ask = async <T>(
  node: ClusterNode,
  limitMs: number,
  signal: AbortSignal,
  question: (gateway: Gateway, limit: AbortSignal) => Promise<T>,
): Promise<T> => {
  const gateway = new Gateway(node.endpoint(CLIENT_PORT))
  const abort = new AbortController()
  const stop = (): void => abort.abort(new Error(`no answer in ${limitMs} ms`))
  const timer = setTimeout(stop, limitMs)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await question(gateway, abort.signal)
  } catch (error) {
    throw new Error(`${node.name}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    await gateway.close()
  }
}
