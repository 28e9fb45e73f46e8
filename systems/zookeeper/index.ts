/**
 * ZooKeeper 3.8 as Debian packages it: every server takes clients, answers their reads from its own copy and
 * passes their writes on to the leader. A program on the Java virtual machine, which faults of clocks and memory
 * meet in its own way.
 */
import type { System } from '../../harness/api.ts'
import { openRegister, openSet } from './clients.ts'
import { primaries, ready } from './health.ts'
import { members, spec } from './nodes.ts'
import { wallTime } from './time.ts'

const source = 'ZooKeeper, Internals: Consistency Guarantees'

const plainReads =
  '"write operations in ZooKeeper are linearizable", "reads are sequentially consistent" and "can return ' +
  `potentially stale data" (${source})`

const syncedReads =
  '"a common pattern to work around [stale reads] is to issue a sync"; often believed to be enough, but "this ' +
  `too does not strictly guarantee up-to-date data" when two servers think they lead (${source})`

export default {
  summary: 'ZooKeeper 3.8 (Zab, on the JVM), every server takes clients',
  image: { packages: ['libzookeeper-java', 'openjdk-17-jre-headless'] },
  version: '3.8.0',
  sizes: { default: 3, allowed: [3, 5] },
  options: {
    reads: {
      summary: 'plain reads ask the own server as it is (stock); sync lets it catch up before',
      default: 'sync',
      choices: ['plain', 'sync'],
    },
    tickTimeMs: {
      summary: 'the unit of all time-outs; a silent leader is given up after 5 (stock: 2000)',
      default: '1000',
    },
  },
  members,
  spec,
  ready,
  primaries,
  wallTime,
  clients: { register: openRegister, set: openSet },
  claims({ reads }) {
    const says = reads === 'plain' ? plainReads : syncedReads
    const model = reads === 'plain' ? 'sequential' : 'linearizable'
    return { register: { model, says }, set: { model, says } }
  },
} satisfies System
