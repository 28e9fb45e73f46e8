/**
 * When NATS serves, and who leads the stream. Ready means: every server says that it is healthy, all name the
 * same leader of the cluster, and the servers of the stream name the same leader of the stream, who finds
 * the others up to date. The stream is made on the way when no server has it, as an application does
 * when it starts. So a stream that a power failure took with it is made again, empty, and the run goes on to
 * its final reads, which tell what was lost. Who leads is each server's own word.
 */
import type { Cluster, ClusterNode, WallTime } from '../../harness/api.ts'
import { Connection } from './connection.ts'
import { MONITOR_PORT } from './nodes.ts'
import { createStream, REPLICAS, STREAM } from './stream.ts'

const READY_LIMIT_MS = 1000
const LEADER_LIMIT_MS = 300

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(READY_LIMIT_MS)])
  const states = await Promise.all(
    nodes.map(async (node) => {
      await fetched(node, '/healthz', limit)
      return { name: node.name, state: await stateOf(node, limit) }
    }),
  )
  const clusterReason = clusterUnready(states)
  if (clusterReason !== undefined) throw new Error(clusterReason)
  if (states.every(({ state }) => streamOf(state) === undefined)) await create(nodes[0]!, limit)
  const streamReason = streamUnready(states)
  if (streamReason !== undefined) throw new Error(streamReason)
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LEADER_LIMIT_MS)])
  const leads = await Promise.all(
    nodes.map(async (node) => {
      try {
        return streamOf(await stateOf(node, limit))?.cluster?.leader === node.name
      } catch {
        return false
      }
    }),
  )
  return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
}

/** What a server tells of itself under /jsz, as far as it is needed. */
export interface ServerState {
  readonly meta_cluster?: { readonly leader?: string; readonly cluster_size?: number }
  readonly account_details?: readonly { readonly stream_detail?: readonly StreamState[] }[]
}

interface StreamState {
  readonly name: string
  readonly cluster?: {
    readonly leader?: string
    readonly replicas?: readonly {
      readonly name: string
      readonly current: boolean
      readonly offline?: boolean
    }[]
  }
}

/** A server's name with what it said. */
export interface Said {
  readonly name: string
  readonly state: ServerState
}

/** Why the cluster does not serve yet, or undefined. */
export const clusterUnready = (states: readonly Said[]): string | undefined => {
  const [first] = states
  for (const { name, state } of states) {
    const { leader, cluster_size: size } = state.meta_cluster ?? {}
    if (leader === undefined) return `${name} knows no leader of the cluster`
    if (leader !== first!.state.meta_cluster?.leader)
      return `${name} and ${first!.name} name different leaders of the cluster`
    if (size !== states.length) return `${name} knows ${size} of ${states.length} servers`
  }
  return undefined
}

/** Why the stream does not serve yet, or undefined. */
export const streamUnready = (states: readonly Said[]): string | undefined => {
  const views = states.flatMap(({ name, state }) => {
    const stream = streamOf(state)
    return stream === undefined ? [] : [{ ...stream.cluster, name }]
  })
  if (views.length !== REPLICAS) return `${views.length} of ${REPLICAS} servers have the stream`
  const leader = views[0]!.leader
  if (leader === undefined) return `${views[0]!.name} knows no leader of the stream`
  const other = views.find((view) => view.leader !== leader)
  if (other !== undefined)
    return `${other.name} and ${views[0]!.name} name different leaders of the stream`
  const { replicas = [] } = views.find(({ name }) => name === leader) ?? {}
  const current = replicas.filter((replica) => replica.current && replica.offline !== true)
  return current.length === REPLICAS - 1
    ? undefined
    : `${leader} finds ${current.length} of ${REPLICAS - 1} replicas up to date`
}

const streamOf = (state: ServerState): StreamState | undefined =>
  state.account_details
    ?.flatMap(({ stream_detail: streams = [] }) => streams)
    .find(({ name }) => name === STREAM)

const create = async (node: ClusterNode, limit: AbortSignal): Promise<void> => {
  const connection = await Connection.open(node)
  const stop = (): void => void connection.close()
  limit.addEventListener('abort', stop, { once: true })
  try {
    await createStream(connection)
  } finally {
    limit.removeEventListener('abort', stop)
    await connection.close()
  }
}

/** A server's own time. */
export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  const { now } = JSON.parse(await fetched(node, '/varz', signal)) as { readonly now: string }
  return { ms: Date.parse(now), withinMs: 1 }
}

const stateOf = async (node: ClusterNode, limit: AbortSignal): Promise<ServerState> =>
  JSON.parse(await fetched(node, '/jsz?accounts=true&streams=true', limit)) as ServerState

/** Asks one server over HTTP. @throws with the server's name in the message */
const fetched = async (node: ClusterNode, path: string, limit: AbortSignal): Promise<string> => {
  const { host, port } = node.endpoint(MONITOR_PORT)
  try {
    const response = await fetch(`http://${host}:${port}${path}`, { signal: limit })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} says ${response.status}: ${text.trim()}`)
    return text
  } catch (error) {
    throw new Error(`${node.name}: ${reasonOf(error)}`)
  }
}

/** `fetch` itself says only that it failed; why is the cause. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
