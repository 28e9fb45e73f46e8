/**
 * etcd 3.4 as Debian packages it, with stock settings: every member serves clients, and each client
 * talks to its own member only, so that a partition cuts clients off as it cuts off their member.
 */
import type { System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready } from './health.ts'
import { members, spec } from './nodes.ts'

const source = 'etcd 3.4, learning/api_guarantees'

export default {
  summary: 'etcd 3.4 key-value store (Raft), every member serves clients',
  image: { packages: ['etcd-server'] },
  version: '3.4.23',
  sizes: { default: 5, allowed: [1, 3, 5] },
  options: {
    reads: {
      summary: 'linearizable reads go through Raft; serializable ones ask the own member alone',
      default: 'linearizable',
      choices: ['linearizable', 'serializable'],
    },
  },
  members,
  spec,
  ready,
  primaries,
  clients: { register: openRegister, set: openSet },
  claims({ reads }) {
    if (reads === 'serializable') {
      // The 3.4 text names no model for them. The one before did, and it fits: members apply one log in
      // one order, a client stays with its member, and a write is answered when that member applied it.
      const says =
        `serializable reads "may access stale data with respect to quorum" (${source}); ` +
        '"all API calls ensure sequential consistency" (3.3, the same page)'
      return { register: { model: 'sequential', says }, set: { model: 'sequential', says } }
    }
    const says = `"etcd ensures linearizability for all other operations by default" (${source})`
    return { register: { model: 'linearizable', says }, set: { model: 'linearizable', says } }
  },
} satisfies System
