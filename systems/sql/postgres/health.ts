/**
 * When PostgreSQL serves, and who takes writes. Ready means that the server has recovered, admits clients
 * and is no standby; what it says of itself is asked over a connection of its own.
 */
import type { Cluster, ClusterNode, WallTime } from '../../../harness/api.ts'
import { type AskLimits, askOver } from '../ask.ts'
import type { Statement } from '../connection.ts'
import { Connection } from './connection.ts'

/** Asks one server one question. */
export const ask = askOver((node, limitMs) => Connection.open(node, { limitMs }))

const READY_LIMIT_MS = 500
const PRIMARY_LIMIT_MS = 300

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const writable = await Promise.all(
    nodes.map((node) => isPrimary(node, { limitMs: READY_LIMIT_MS, signal })),
  )
  if (!writable.includes(true)) throw new Error('every server is a standby')
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const leads = await Promise.all(
    nodes.map((node) => isPrimary(node, { limitMs: PRIMARY_LIMIT_MS, signal }).catch(() => false)),
  )
  return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
}

const clock: Statement = {
  name: 'clock',
  text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8',
}

/** What a new process of the server, made for this question, reads on its clock. */
export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  const [ms] = await ask(node, clock, { limitMs: PRIMARY_LIMIT_MS, signal })
  return { ms: Number(ms), withinMs: 0 }
}

const recovering: Statement = { name: 'recovering', text: 'SELECT pg_is_in_recovery()' }

/** Whether a server takes writes. @throws as `ask` */
const isPrimary = async (node: ClusterNode, limits: AskLimits): Promise<boolean> =>
  (await ask(node, recovering, limits))[0] === false
