/**
 * NATS 2.9 with JetStream as Debian packages it, with stock settings: one stream on three servers. Every
 * server takes clients and passes their messages on to the stream's leader. Two known answers come with it:
 * compare-and-set lets several win even without faults (github.com/nats-io/nats-server/issues/4320, mended
 * in 2.9.21), and an acknowledgement means that a majority has the message, not that it is on a disk.
 */
import type { System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready, wallTime } from './health.ts'
import { members, spec } from './nodes.ts'

const writes =
  'at least once: what is acknowledged is persisted; "for writes […], the formal consistency model of NATS ' +
  'JetStream is Linearizable" (docs.nats.io, JetStream)'

const atLeader = '"more consistent results can be achieved by sending get requests to the leader"'

const direct = 'reads "may be served by followers", and "we don\'t guarantee read your writes"'

export default {
  summary:
    'NATS 2.9 JetStream, a stream replicated on three servers (Raft), stock fsync every 2 minutes',
  image: { packages: ['nats-server'] },
  version: '2.9.10',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    reads: {
      summary: "who answers a register's reads: the stream's leader, or any replica (direct get)",
      default: 'leader',
      choices: ['leader', 'direct'],
    },
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients: { register: openRegister, set: openSet },
  claims({ reads }) {
    return {
      register:
        reads === 'direct'
          ? { model: 'eventual', says: `${writes}; ${direct}` }
          : { model: 'linearizable', says: `${writes}; ${atLeader}` },
      set: { model: 'linearizable', says: writes },
    }
  },
} satisfies System
