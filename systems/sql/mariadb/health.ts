/** When MariaDB serves: its first server takes writes, and every replica follows it. What it says of itself. */
import type { Cluster, ClusterNode, WallTime } from '../../../harness/api.ts'
import { type AskLimits, askOver } from '../ask.ts'
import type { Statement } from '../connection.ts'
import { Connection } from './connection.ts'

/** Asks one server one question. */
export const ask = askOver((node, limitMs) => Connection.open(node, limitMs))

const READY_LIMIT_MS = 500
const PRIMARY_LIMIT_MS = 300

const readOnly: Statement = { name: 'read-only', text: 'SELECT @@global.read_only' }
const follows: Statement = { name: 'follows', text: "SHOW STATUS LIKE 'Slave_running'" }

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const [first, ...replicas] = nodes
  if (await isReadOnly(first!, { limitMs: READY_LIMIT_MS, signal }))
    throw new Error(`${first!.name} takes no writes`)
  await Promise.all(
    replicas.map(async (node) => {
      const [, running] = await ask(node, follows, { limitMs: READY_LIMIT_MS, signal })
      if (running !== 'ON') throw new Error(`${node.name} does not follow ${first!.name}`)
    }),
  )
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const leads = await Promise.all(
    nodes.map((node) =>
      isReadOnly(node, { limitMs: PRIMARY_LIMIT_MS, signal }).then(
        (refuses) => !refuses,
        () => false,
      ),
    ),
  )
  return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
}

const clock: Statement = { name: 'clock', text: 'SELECT UNIX_TIMESTAMP(NOW(6)) * 1000' }

export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  const [ms] = await ask(node, clock, { limitMs: PRIMARY_LIMIT_MS, signal })
  return { ms: Number(ms), withinMs: 0 }
}

const isReadOnly = async (node: ClusterNode, limits: AskLimits): Promise<boolean> =>
  Number((await ask(node, readOnly, limits))[0]) !== 0
