/**
 * Redis with Sentinel as Debian packages it: one primary, replicas that follow it asynchronously, and
 * three Sentinels that promote a replica when they agree that the primary is down. Stock settings apart
 * from what `nodes.ts` names. Clients find the primary through Sentinel, as applications do.
 */
import type { Claim, System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready, wallTime } from './health.ts'
import { openListAppend } from './list-append.ts'
import { members, spec } from './nodes.ts'

const says =
  'Sentinel + Redis "does not guarantee that acknowledged writes are retained during failures, since ' +
  'Redis uses asynchronous replication" (redis.io, High availability with Redis Sentinel)'

const withWait =
  'WAIT "does not make Redis a strongly consistent store" but makes losing a write less likely ' +
  '(redis.io, WAIT)'

export default {
  summary: 'Redis 7.0, one primary with replicas and three Sentinels, asynchronous replication',
  image: { packages: ['redis-server', 'redis-sentinel'] },
  version: '7.0.15',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    reads: {
      summary: 'who answers reads: the primary, or a replica (stale by design)',
      default: 'primary',
      choices: ['primary', 'replica'],
    },
    wait: {
      summary: 'a write is ok when this many replicas have it (WAIT); 0: when the primary has it',
      default: '0',
    },
    appendonly: {
      summary: 'whether servers log every write (AOF) or keep snapshots alone',
      default: 'yes',
      choices: ['yes', 'no'],
    },
    transactions: {
      summary: 'what makes several commands one: MULTI and EXEC, or a script in Lua',
      default: 'multi',
      choices: ['multi', 'lua'],
    },
    downAfterMs: {
      summary: 'a primary that is silent for so long is down to a Sentinel (stock: 30000)',
      default: '2000',
    },
    failoverTimeoutMs: {
      summary: "Sentinel's failover-timeout (stock: 180000)",
      default: '6000',
    },
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients: { register: openRegister, set: openSet, 'list-append': openListAppend },
  claims({ wait = '0' }) {
    const words = wait === '0' ? says : `${says}; ${withWait}`
    const claim: Claim = { model: 'best-effort', says: words }
    return { register: claim, set: claim, 'list-append': claim }
  },
} satisfies System
