/**
 * One PostgreSQL 15 server as Debian packages it, with stock settings apart from what `nodes.ts` names.
 * Two things are asked of it. Durability: does a commit that was acknowledged survive what happens to the process, the
 * machine and the disk? And isolation: do concurrent transactions see of each other what their level allows, and no more?
 */
import type { Claim, System } from '../../../harness/api.ts'
import { claimsOf } from '../claims.ts'
import { lists } from '../clients.ts'
import { primaries, ready, wallTime } from './health.ts'
import { image } from './image.ts'
import { isolation, transactionClaim } from './isolation.ts'
import { members, spec } from './nodes.ts'
import { clients } from './sessions.ts'

/** The manual does not use the word linearizable; one server that executes single statements owes it. */
const freshness =
  'a query "sees only data committed before the query began" (13.2.1, read committed; one server)'

const durability = {
  on:
    'fsync=on: it "can recover to a consistent state after an operating system or hardware crash" ' +
    '(PostgreSQL 15, 20.5)',
  off:
    'if the process alone crashes; with fsync=off a power failure or system crash "can result in ' +
    'unrecoverable data corruption" (PostgreSQL 15, 20.5)',
} as const

export default {
  summary: 'PostgreSQL 15, one server, at any isolation level; fsync=off loses at a power failure',
  image,
  version: '15',
  sizes: { default: 1, allowed: [1] },
  options: {
    fsync: {
      summary:
        'whether a commit is on the disk, or with the operating system, when it is acknowledged',
      default: 'on',
      choices: ['on', 'off'],
    },
    isolation,
    lists,
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients,
  claims({ fsync, isolation }) {
    const says = `${durability[fsync === 'off' ? 'off' : 'on']}; ${freshness}`
    const single: Claim = { model: 'linearizable', says }
    return claimsOf({ register: single, set: single, transactions: transactionClaim(isolation) })
  },
} satisfies System
