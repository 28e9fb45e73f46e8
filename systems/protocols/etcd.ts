/**
 * etcd's key-value API by its JSON gateway (3.4 and later), one member a client: reads are linearizable, and
 * compare-and-set is a transaction. What the clients of the system `etcd` do, with anybody's etcd.
 */
import type { Protocol, Target } from '../../harness/api.ts'
import { openRegister, openSet } from '../etcd/clients.ts'
import { encode, type RangeReply, type StatusReply } from '../etcd/gateway.ts'
import { ask, saysItLeads, wallTime } from '../etcd/health.ts'

const ASK_MS = 500

const strict = (target: Target): Target => ({
  ...target,
  options: { reads: 'linearizable' },
})

const register = (target: Target) => openRegister(strict(target))

export default {
  summary: 'etcd 3.4 and later by its JSON gateway: range, put, transactions',
  port: 2379,
  clients: {
    register,
    'read-write': register,
    set: (target) => openSet(strict(target)),
  },
  ready: async ({ node }, signal) => {
    await ask(node, ASK_MS, signal, (gateway, limit) =>
      gateway.call<RangeReply>('/v3/kv/range', { key: encode('ready') }, limit),
    )
  },
  isPrimary: ({ node }, signal) =>
    ask(node, ASK_MS, signal, async (gateway, limit) =>
      saysItLeads(await gateway.call<StatusReply>('/v3/maintenance/status', {}, limit)),
    ),
  wallTime: ({ node, cluster }, signal) => wallTime(node, cluster, signal),
} satisfies Protocol
