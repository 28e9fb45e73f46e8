/**
 * One PostgreSQL 15 server as Debian packages it, with stock settings apart from what `nodes.ts` names.
 * What is asked of it is durability: does a commit that was acknowledged survive what happens to the
 * process, the machine and the disk?
 */
import type { System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready } from './health.ts'
import { members, spec } from './nodes.ts'

const isolation =
  'read committed: a query "sees only data committed before the query began" (PostgreSQL 15, 13.2.1), ' +
  'and a commit is acknowledged and seen when its log record is written; the manual does not use the ' +
  'word linearizable, one server that executes single statements owes it'

const safe =
  'fsync=on: "the database cluster can recover to a consistent state after an operating system or ' +
  'hardware crash" (20.5)'

const unsafe =
  'fsync=off: this holds for crashes of the server process alone; it "can result in unrecoverable data ' +
  'corruption in the event of a power failure or system crash" (20.5)'

export default {
  summary:
    'PostgreSQL 15, one server; with fsync=off a power failure may lose what was acknowledged',
  image: { packages: ['postgresql-15'] },
  version: '15',
  sizes: { default: 1, allowed: [1] },
  options: {
    fsync: {
      summary:
        'whether a commit is on the disk, or with the operating system, when it is acknowledged',
      default: 'on',
      choices: ['on', 'off'],
    },
  },
  members,
  spec,
  ready,
  primaries,
  clients: { register: openRegister, set: openSet },
  claims({ fsync }) {
    const says = `${isolation}; ${fsync === 'off' ? unsafe : safe}`
    return { register: { model: 'linearizable', says }, set: { model: 'linearizable', says } }
  },
} satisfies System
