/**
 * When Redis with Sentinel serves, and who leads it. Ready means that a fail-over would work and that
 * everybody has the same picture: every Sentinel names the same primary, sees nothing wrong with it and
 * knows all others; the primary says so too, and every replica has caught up and follows it. Who leads
 * is each server's own word, so in a partition two may say so.
 */
import type { Redis } from 'ioredis'
import type { Cluster, ClusterNode, WallTime } from '../../harness/api.ts'
import { ask } from './connection.ts'
import { PRIMARY_NAME, SENTINEL_PORT, SERVER_PORT } from './nodes.ts'

const READY_LIMIT_MS = 500
const ROLE_LIMIT_MS = 300

export const ready = async (cluster: Cluster, signal: AbortSignal): Promise<void> => {
  const servers = withRole(cluster, 'server')
  const sentinels = withRole(cluster, 'sentinel')
  // The first node that does not answer is reason enough: the others are not waited for.
  const enough = new AbortController()
  const limits = {
    limitMs: READY_LIMIT_MS,
    signal: AbortSignal.any([signal, enough.signal]),
  }
  try {
    const [views, roles] = await Promise.all([
      all(sentinels, (node) => ask(node, SENTINEL_PORT, limits, sentinelView)),
      all(servers, (node) => ask(node, SERVER_PORT, limits, servingRole)),
    ])
    const reason = unready(views, roles)
    if (reason !== undefined) throw new Error(reason)
  } finally {
    enough.abort()
  }
}

export const primaries = async (
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const servers = withRole(cluster, 'server')
  const limits = { limitMs: ROLE_LIMIT_MS, signal }
  const leads = await Promise.all(
    servers.map(async (node) => {
      try {
        return (await ask(node, SERVER_PORT, limits, role)).role === 'master'
      } catch {
        return false
      }
    }),
  )
  return servers.filter((_, index) => leads[index]).map(({ name }) => name)
}

/** A server's own time; Sentinels do not tell theirs. */
export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  if (node.role !== 'server') return undefined
  const limits = { limitMs: ROLE_LIMIT_MS, signal }
  const [s, us] = await ask(node, SERVER_PORT, limits, (redis) => redis.time())
  return { ms: Number(s) * 1000 + Number(us) / 1000, withinMs: 0 }
}

/** What a Sentinel says of the primary that it watches. */
export interface SentinelView {
  readonly address: string
  readonly flags: string
  readonly replicas: number
  readonly otherSentinels: number
}

/** What a server says of itself. */
export type ServerRole =
  | { readonly role: 'master'; readonly replicas: number }
  | { readonly role: 'slave'; readonly primary: string; readonly link: string }

/** A node's name and address with what it said. */
export interface Said<T> {
  readonly name: string
  readonly address: string
  readonly said: T
}

/** Why the cluster does not serve yet, or undefined. */
export const unready = (
  views: readonly Said<SentinelView>[],
  roles: readonly Said<ServerRole>[],
): string | undefined => {
  const { address } = views[0]!.said
  const replicas = roles.length - 1
  for (const { name, said } of views) {
    if (said.address !== address)
      return `${name} calls ${said.address} the primary, ${views[0]!.name} ${address}`
    if (said.flags !== 'master') return `${name} says of the primary: ${said.flags}`
    if (said.replicas !== replicas) return `${name} knows ${said.replicas} of ${replicas} replicas`
    if (said.otherSentinels !== views.length - 1)
      return `${name} knows ${said.otherSentinels} of ${views.length - 1} other Sentinels`
  }
  for (const { name, said, ...node } of roles) {
    if (node.address === address) {
      if (said.role !== 'master') return `${name} should be the primary and is a replica`
      if (said.replicas !== replicas) return `${name} has ${said.replicas} of ${replicas} replicas`
    } else {
      if (said.role !== 'slave') return `${name} should be a replica and is a primary`
      if (said.primary !== address) return `${name} follows ${said.primary}, not ${address}`
      if (said.link !== 'connected') return `${name}'s link to the primary: ${said.link}`
    }
  }
  return undefined
}

/** Reads the answer to SENTINEL MASTER: names and values in turn. */
export const parseSentinelView = (reply: readonly string[]): SentinelView => {
  const fields = new Map<string, string>()
  for (let i = 0; i + 1 < reply.length; i += 2) fields.set(reply[i]!, reply[i + 1]!)
  const field = (name: string): string => fields.get(name) ?? ''
  return {
    address: field('ip'),
    flags: field('flags'),
    replicas: Number(field('num-slaves')),
    otherSentinels: Number(field('num-other-sentinels')),
  }
}

/** Reads the answer to ROLE: `master, offset, [replicas]` or `slave, ip, port, link, offset`. */
export const parseRole = (reply: readonly unknown[]): ServerRole =>
  reply[0] === 'master'
    ? { role: 'master', replicas: (reply[2] as readonly unknown[]).length }
    : { role: 'slave', primary: String(reply[1]), link: String(reply[3]) }

const sentinelView = async (redis: Redis): Promise<SentinelView> =>
  parseSentinelView((await redis.call('SENTINEL', 'MASTER', PRIMARY_NAME)) as string[])

const role = async (redis: Redis): Promise<ServerRole> =>
  parseRole((await redis.call('ROLE')) as unknown[])

/** A server's role once it has loaded its data: until then it refuses PING. */
const servingRole = async (redis: Redis): Promise<ServerRole> => {
  await redis.ping()
  return role(redis)
}

const withRole = ({ nodes }: Cluster, wanted: string): readonly ClusterNode[] =>
  nodes.filter((node) => node.role === wanted)

const all = <T>(
  nodes: readonly ClusterNode[],
  question: (node: ClusterNode) => Promise<T>,
): Promise<readonly Said<T>[]> =>
  Promise.all(
    nodes.map(async (node) => ({
      name: node.name,
      address: node.address,
      said: await question(node),
    })),
  )
