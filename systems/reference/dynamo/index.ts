/** A quorum store in the manner of Dynamo, as a system under test; its builds with a known mistake must be caught. */
import type { Cluster, System } from '../../../harness/api.ts'
import { status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { openReadWrite, openRemovableSet, openSet } from './clients.ts'
import { DynamoNode } from './node.ts'

const strict =
  'R + W > N, reads that repair before they answer and writes that read first: linearizable, without ' +
  'compare-and-set (Kleppmann, "Designing Data-Intensive Applications", chapter 9)'
const sloppy =
  '"an \'always writeable\' data store where no updates are rejected"; "all updates reach all ' +
  'replicas eventually" (DeCandia and others 2007, sections 2.3 and 4.4)'

/** Everybody is a member and has handed over what it kept for others. */
const ready = async (cluster: Cluster): Promise<void> => {
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const waiting = answers.filter(({ member, hints }) => member !== true || hints !== 0).length
  if (waiting > 0) throw new Error(`${waiting} nodes join, or keep hints for others`)
}

export default {
  summary: 'quorum store of our own in the manner of Dynamo, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  // Fewer would have one node to stand in, where two must have a write.
  sizes: { default: 5, allowed: [5, 6] },
  options: {
    bug: bugOption(bugs),
  },
  members: servers,
  program: (_, __, options) => (world) => new DynamoNode(world, options.bug as Bug | 'none'),
  ready,
  clients: { 'read-write': openReadWrite, set: openSet, 'removable-set': openRemovableSet },
  claims: () => ({
    'read-write': { model: 'linearizable', says: strict },
    set: { model: 'eventual', says: sloppy },
    'removable-set': { model: 'linearizable', says: strict },
  }),
} satisfies System
