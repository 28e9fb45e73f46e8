/**
 * MariaDB 10.11 with Galera 4 as Debian packages it: every node takes reads and writes, and a transaction is certified
 * against those of all others when it commits. Stock settings apart from what `nodes.ts` names. Each client talks to its own
 * node only. What is asked of it: what do transactions on different nodes see of each other, and is a commit kept?
 */
import type { Claim, System } from '../../../harness/api.ts'
import { claimsOf } from '../claims.ts'
import { clientsOf, lists } from '../clients.ts'
import { Connection } from '../mariadb/connection.ts'
import { dialect } from '../mariadb/dialect.ts'
import { wallTime } from '../mariadb/health.ts'
import { image } from '../mariadb/image.ts'
import { flush } from '../mariadb/index.ts'
import { isolation, snapshotIsolation } from '../mariadb/isolation.ts'
import { ready } from './health.ts'
import { membership } from './membership.ts'
import { members, spec } from './nodes.ts'

const clients = clientsOf(dialect, async ({ node }) => {
  const connection = await Connection.open(node)
  return { writes: connection, reads: connection }
})

const transactions: Claim = {
  model: 'repeatable-read',
  says: '"between Serializable and Repeatable Read" (Galera Cluster, Isolation levels, as the Jepsen report of 2026-03-16 quotes it)',
}

const kept: Claim = {
  model: 'best-effort',
  says: '"No replica lag", "No lost transactions" (MariaDB, What is MariaDB Galera Cluster?)',
}

export default {
  summary:
    'MariaDB 10.11 with Galera 26.4: three nodes that all take writes, certified at the commit',
  image,
  version: '26.4.23',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    isolation,
    snapshotIsolation,
    syncWait: {
      summary:
        'which statements wait until the node has applied what was committed before (wsrep_sync_wait): 0 none, 1 reads, 15 all',
      default: '0',
      choices: ['0', '1', '7', '15'],
    },
    flush,
    lists,
  },
  members,
  spec,
  ready,
  wallTime,
  membership,
  clients,
  claims: () => claimsOf({ register: kept, set: kept, transactions }),
} satisfies System
