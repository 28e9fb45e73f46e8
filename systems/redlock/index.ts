/**
 * Redlock: a lock kept by a majority of independent Redis servers (redis.io, "Distributed Locks with Redis").
 * Stock settings: no replication, snapshots alone. Its makers claim mutual exclusion; Kleppmann ("How to do
 * distributed locking", 2016) says that it depends on clocks and on processes that never pause.
 */
import type { Cluster, Member, NodeSpec, System } from '../../harness/api.ts'
import { openLock } from './clients.ts'
import { connect, SERVER_PORT } from './connection.ts'

const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, n) => ({ name: `r${n + 1}`, role: 'server', serves: true }))

const DATA_FOLDER = '/data'

const spec = (): NodeSpec => ({
  argv: [
    'redis-server',
    ...['--port', String(SERVER_PORT)],
    ...['--bind', '0.0.0.0', '--protected-mode', 'no'],
    ...['--dir', DATA_FOLDER],
  ],
  dataFolder: DATA_FOLDER,
})

const ready = async ({ nodes }: Cluster): Promise<void> => {
  await Promise.all(
    nodes.map(async (node) => {
      const redis = await connect(node)
      try {
        await redis.ping()
      } finally {
        redis.disconnect()
      }
    }),
  )
}

export default {
  summary: 'Redlock over independent Redis 7.0 servers',
  image: { packages: ['redis-server'] },
  version: '7.0.15',
  sizes: { default: 5, allowed: [3, 5] },
  options: {},
  members,
  spec,
  ready,
  async wallTime(node) {
    const redis = await connect(node)
    try {
      const [s, us] = await redis.time()
      return { ms: Number(s) * 1000 + Number(us) / 1000, withinMs: 0 }
    } finally {
      redis.disconnect()
    }
  },
  clients: { lock: openLock },
  claims: () => ({
    lock: {
      model: 'linearizable',
      says: '"Safety property: Mutual exclusion. At any given moment, only one client can hold a lock" (redis.io, Distributed Locks with Redis)',
    },
  }),
} satisfies System
