/** Broadcast, as a system under test: from best-effort to total order; its builds with a known mistake must be caught. */
import type { Cluster, System } from '../../../harness/api.ts'
import { status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { openBroadcast } from './clients.ts'
import { BroadcastNode, spreads } from './node.ts'

const says =
  '"all correct processes agree on the set of messages they deliver", and in FIFO, causal or total order where ' +
  'the channel says so (Hadzilacos and Toueg 1994, sections 3 and 4)'

/** Everybody takes part. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const waiting = answers.filter(({ member }) => member !== true).length
  if (waiting > 0) throw new Error(`${waiting} nodes take no part yet`)
}

export default {
  summary: 'broadcast of our own, from reliable to total order, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 5, allowed: [3, 4, 5] },
  options: {
    bug: bugOption(bugs),
    spread: {
      summary: 'how messages reach everybody',
      default: 'eager',
      choices: Object.keys(spreads),
    },
  },
  members: servers,
  program: (_, __, options) => (world) =>
    new BroadcastNode(world, { bug: options.bug as Bug | 'none', spread: options.spread! }),
  ready,
  clients: { broadcast: openBroadcast },
  claims: () => ({ broadcast: { model: 'eventual', says } }),
} satisfies System
