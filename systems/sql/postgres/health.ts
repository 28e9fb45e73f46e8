/**
 * When PostgreSQL serves, and who takes writes. Ready means that the server has recovered, admits clients
 * and is no standby; what it says of itself is asked over a connection of its own.
 */
import type { Cluster } from '../../../harness/api.ts'
import { askOver } from '../ask.ts'
import { healthOf, READY_LIMIT_MS } from '../health.ts'
import { Connection } from './connection.ts'
import { dialect } from './dialect.ts'

/** Asks one server one question. */
export const ask = askOver((node, limitMs) => Connection.open(node, { limitMs }))

const { isPrimary, primaries, wallTime } = healthOf(dialect, ask)

export { primaries, wallTime }

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const writable = await Promise.all(
    nodes.map((node) => isPrimary(node, { limitMs: READY_LIMIT_MS, signal })),
  )
  if (!writable.includes(true)) throw new Error('every server is a standby')
}
