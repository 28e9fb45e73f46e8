/**
 * A power failure: the processes of some nodes are killed, and what they had written and not synced is gone,
 * as it would be from the memory of a machine that lost its power. All nodes at once is what replication alone
 * does not survive. A system that acknowledges before it has synced loses acknowledged writes here, and only
 * here: a kill keeps what the kernel had accepted. Healing starts the nodes again.
 *
 * What it cannot show: the kernel writes out by itself what is older than about 30 s, so that much may be
 * kept; single pages are whole or absent, never torn; and synced data is always kept, as with a disk that
 * does not lie. Evidence: the processes are gone; a file written without a sync right before the failure is
 * gone after it, and one that was synced outlives a second failure; counted are files that went back.
 */
import { z } from 'zod'
import {
  disksThatAnswer,
  type Fault,
  type PowerLoss,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({ targets })
type LoseUnsyncedPlan = z.infer<typeof schema>
type Done = { readonly losses: readonly Loss[] }
type Loss = { readonly [K in keyof PowerLoss]: PowerLoss[K] }

export default {
  summary: 'power failure: kills nodes and loses what they had not synced; starts them again',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes', 'volume'],
  acts: 'node',
  weight: 4,
  evidence:
    'a file written right before and not synced is gone, one that was synced is kept; no such process any more',
  // All at once first: a majority that keeps its memory would give the others theirs back.
  plan: (topology, random, nth) => ({
    targets: nth === 0 ? 'all' : planTargets(topology, random, nth, 'all'),
  }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.processes!.kill(names)
    const losses = await cluster.disks!.loseUnsynced(names)
    return { targets: names, done: { losses: losses.map((loss) => ({ ...loss })) } }
  },
  async observe(cluster, { targets, done }) {
    const states = await Promise.all(targets.map((name) => cluster.processes!.state(name)))
    const gone = states.filter(({ state }) => state === 'gone').length
    const lost = done.losses.filter((loss) => loss.lostUnsynced).length
    const kept = done.losses.filter((loss) => loss.keptSynced).length
    const sum = (count: (loss: Loss) => number) =>
      done.losses.reduce((total, loss) => total + count(loss), 0)
    const all = targets.length
    return {
      held: gone === all && lost === all && kept === all,
      summary:
        `${gone} of ${all} processes gone; an unsynced file lost on ${lost}, a synced one kept on ${kept}; ` +
        `${sum(({ filesBack }) => filesBack)} files went back, by ${sum(({ bytesBack }) => bytesBack)} bytes`,
    }
  },
  async heal(cluster) {
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const [states, { length: written }] = await Promise.all([
      Promise.all(targets.map((name) => cluster.processes!.state(name))),
      disksThatAnswer(cluster, targets, ['written']),
    ])
    const running = states.filter(({ state }) => state === 'running').length
    return {
      held: running === targets.length && written === targets.length,
      summary: `${running} of ${targets.length} processes run again, ${written} file systems take writes`,
    }
  },
} satisfies Fault<LoseUnsyncedPlan, Done>
