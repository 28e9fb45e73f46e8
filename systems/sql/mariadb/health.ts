/** When MariaDB serves: its first server takes writes, and every replica follows it. What it says of itself. */
import type { Cluster } from '../../../harness/api.ts'
import { askOver } from '../ask.ts'
import type { Statement } from '../connection.ts'
import { healthOf, READY_LIMIT_MS } from '../health.ts'
import { Connection } from './connection.ts'
import { dialect } from './dialect.ts'

/** Asks one server one question. */
export const ask = askOver((node, limitMs) => Connection.open(node, limitMs))

const { isPrimary, primaries, wallTime } = healthOf(dialect, ask)

export { primaries, wallTime }

const follows: Statement = { name: 'follows', text: "SHOW STATUS LIKE 'Slave_running'" }

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const [first, ...replicas] = nodes
  if (!(await isPrimary(first!, { limitMs: READY_LIMIT_MS, signal })))
    throw new Error(`${first!.name} takes no writes`)
  await Promise.all(
    replicas.map(async (node) => {
      const [, running] = await ask(node, follows, { limitMs: READY_LIMIT_MS, signal })
      if (running !== 'ON') throw new Error(`${node.name} does not follow ${first!.name}`)
    }),
  )
}
