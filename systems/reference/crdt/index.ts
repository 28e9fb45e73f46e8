/** A store of conflict-free replicated data types, as a system under test; its builds with a known mistake must be caught. */
import type { Cluster, System } from '../../../harness/api.ts'
import { status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { openCrdt } from './clients.ts'
import { CrdtNode } from './node.ts'

const says =
  '"Strong convergence: correct replicas that have delivered the same updates have equivalent ' +
  'state" (Shapiro, Preguiça, Baquero, Zawirski 2011, definition 2.3)'

/** Everybody answers. */
const ready = async (cluster: Cluster): Promise<void> => {
  await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
}

export default {
  summary: 'CRDT store of our own with delta synchronisation, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  sizes: { default: 3, allowed: [3, 4, 5] },
  options: {
    bug: bugOption(bugs),
  },
  members: servers,
  program: (_, __, options) => (world) => new CrdtNode(world, options.bug as Bug | 'none'),
  ready,
  clients: { crdt: openCrdt },
  claims: () => ({ crdt: { model: 'eventual', says } }),
} satisfies System
