/**
 * etcd 3.4 as Debian packages it, with stock settings: every member serves clients, and each client
 * talks to its own member only, so that a partition cuts clients off as it cuts off their member.
 */
import type { Claim, System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready, wallTime } from './health.ts'
import { openListAppend } from './list-append.ts'
import { openLockedSet } from './locked-set.ts'
import { openLock } from './locks.ts'
import { membership } from './membership.ts'
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
    snapshotCount: {
      summary:
        'entries between two snapshots; a member that is 5,000 more behind must be sent one ' +
        '(blackhole-until-snapshot wants it small)',
      default: '100000',
    },
    set: {
      summary:
        'how a set is kept: a key for each element, or one key read and written back under a lock, ' +
        'whose holder is trusted or fenced',
      default: 'keys',
      choices: ['keys', 'locked', 'fenced'],
    },
    thinkMs: {
      summary: 'how long the holder of the lock takes between its read of the set and its write',
      default: '300',
    },
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  membership,
  clients: {
    register: openRegister,
    set: (context) => (context.options.set === 'keys' ? openSet : openLockedSet)(context),
    lock: openLock,
    'list-append': openListAppend,
  },
  claims({ reads, set }) {
    // The 3.4 text names no model for serializable reads. The one before did, and it fits: members apply one
    // log in one order, a client stays with its member, and a write is answered when that member applied it.
    const values: Claim =
      reads === 'serializable'
        ? {
            model: 'sequential',
            says:
              `serializable reads "may access stale data with respect to quorum" (${source}); ` +
              '"all API calls ensure sequential consistency" (3.3, the same page)',
          }
        : {
            model: 'linearizable',
            says: `"etcd ensures linearizability for all other operations by default" (${source})`,
          }
    const lock: Claim = {
      model: 'best-effort',
      says:
        'a lock alone excludes nobody: "users must validate the version number of the keys" that it protects ' +
        '(etcd, learning/why, Notes on the usage of lock and lease)',
    }
    const transactions: Claim = {
      model: reads === 'serializable' ? 'serializable' : 'strict-serializable',
      says: `"etcd ensures durability and strict serializability for all KV api calls" (${source})`,
    }
    return {
      register: values,
      set: set === 'locked' ? lock : values,
      lock,
      'list-append': transactions,
    }
  },
} satisfies System
