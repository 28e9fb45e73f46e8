/**
 * Chain replication and CRAQ, as a system under test: one node is the manager, the others make up the chain.
 */
import type { Cluster, Member, System } from '../../../harness/api.ts'
import { openRegister, openRegisterAtHome, openSet, primaries, status } from '../clients.ts'
import { inContainers } from '../container.ts'
import { bugOption, servers } from '../declaration.ts'
import { type Bug, bugs } from './bugs.ts'
import { Manager } from './manager.ts'
import { Server } from './server.ts'

const says =
  '"strong consistency guarantees" (van Renesse and Schneider 2004, section 1), also with reads at every node (Terrace and Freedman 2009, section 2.3)'

const members = (nodes: number): readonly Member[] => [
  { name: 'm1', role: 'manager', serves: false },
  ...servers(nodes - 1),
]

/** All servers are in the chain, and know it. */
const ready = async (cluster: Cluster): Promise<void> => {
  const servers = cluster.nodes.filter(({ serves }) => serves)
  await status(cluster, 'm1')
  const answers = await Promise.all(servers.map(({ name }) => status(cluster, name)))
  const heads = answers.filter(({ leads }) => leads === true)
  const epochs = new Set(answers.map(({ epoch }) => epoch))
  const chain = heads[0]?.chain ?? 0
  if (heads.length !== 1 || epochs.size !== 1 || chain !== servers.length)
    throw new Error(`${heads.length} heads, ${epochs.size} epochs, a chain of ${String(chain)}`)
}

export default {
  summary: 'chain replication and CRAQ of our own, correct or with a known mistake',
  ...inContainers(import.meta.filename),
  version: 'reference',
  // Its servers fail for good or not at all: the last one that has everything may be the one whose disk is lost.
  needsDisks: true,
  sizes: { default: 4, allowed: [4, 6] },
  options: {
    bug: bugOption(bugs),
    reads: {
      summary: 'who answers reads: the tail (chain replication) or any node (CRAQ)',
      default: 'any',
      choices: ['tail', 'any'],
    },
    snapshotAfter: {
      summary: 'updates in the log before a state takes their place',
      default: '100',
    },
  },
  members,
  program: ({ role }, peers, options) => {
    const named = (wanted: string) =>
      peers.filter((peer) => peer.role === wanted).map(({ name }) => name)
    const server = {
      bug: options.bug as Bug | 'none',
      manager: named('manager')[0]!,
      reads: options.reads as 'tail' | 'any',
      snapshotAfter: Number(options.snapshotAfter),
    }
    return (world) =>
      role === 'server' ? new Server(world, server) : new Manager(world, named('server'))
  },
  ready,
  primaries,
  clients: {
    register: (context) =>
      context.options.reads === 'tail' ? openRegister(context) : openRegisterAtHome(context),
    set: openSet,
  },
  claims: () => ({
    register: { model: 'linearizable', says },
    set: { model: 'linearizable', says },
  }),
} satisfies System
