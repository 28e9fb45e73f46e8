/**
 * A primary with a backup and a view service, as a system under test: one node is the view service, the others
 * are servers, of which two serve and the rest wait for their turn.
 */
import type { Cluster, Member, System } from '../../../harness/api.ts'
import { openRegister, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { Server } from './server.ts'
import { ViewService } from './view-service.ts'

const says =
  'a request has been carried out at the backup before it is answered (MIT 6.824, lab 2 of 2013: "at-most-once", linearizable)'

const members = (nodes: number): readonly Member[] => [
  { name: 'v1', role: 'view-service', serves: false },
  ...servers(nodes - 1),
]

/** Everybody is in one view, and its primary has a backup. */
const ready = async (cluster: Cluster): Promise<void> => {
  const servers = cluster.nodes.filter(({ serves }) => serves)
  const answers = await Promise.all(cluster.nodes.map(({ name }) => status(cluster, name)))
  const leaders = answers.filter(({ leads }) => leads === true)
  const views = new Set(answers.slice(-servers.length).map(({ view }) => view))
  if (leaders.length !== 1 || views.size !== 1 || typeof leaders[0]!.backup !== 'string')
    throw new Error(`${leaders.length} lead, in ${views.size} views`)
}

export default {
  summary: 'primary and backup with a view service, of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  // The primary may be the only one that has everything.
  needsDisks: true,
  sizes: { default: 4, allowed: [4, 6] },
  options: {
    bug: bugOption(bugs),
    snapshotAfter: {
      summary: 'requests in the log before a state takes their place',
      default: '100',
    },
  },
  members,
  program: ({ role }, peers, options) => {
    const bug = options.bug as Bug | 'none'
    const named = (wanted: string) => peers.filter((peer) => peer.role === wanted)
    const servers = named('server').map(({ name }) => name)
    const viewService = named('view-service')[0]!.name
    const snapshotAfter = Number(options.snapshotAfter)
    return (world) =>
      role === 'server'
        ? new Server(world, { bug, viewService, snapshotAfter })
        : new ViewService(world, servers, bug)
  },
  ready,
  primaries,
  clients: { register: openRegister, set: openSet },
  claims: () => ({
    register: { model: 'linearizable', says },
    set: { model: 'linearizable', says },
  }),
} satisfies System
