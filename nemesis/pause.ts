/**
 * Freezes every process of some nodes, as a long garbage collection or a stopped virtual machine does:
 * nothing is lost, connections stay open, and on waking the node believes that no time has passed.
 * Evidence: the kernel says frozen, and the processor time of the processes stands still.
 */
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import {
  type Cluster,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({ targets })
type PausePlan = z.infer<typeof schema>

/** Processor time is read twice, this far apart (ms): longer than any idle server sleeps between ticks. */
const WATCH_MS = 150

const states = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.processes!.state(name)))

export default {
  summary: 'freezes the processes of some nodes, then lets them go on',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['freezer'],
  acts: 'node',
  evidence: 'the kernel says frozen, and the processor time of the processes stands still',
  plan: (topology, random, nth) => ({ targets: planTargets(topology, random, nth, 'minority') }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.processes!.pause(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const before = await states(cluster, targets)
    await setTimeout(WATCH_MS)
    const after = await states(cluster, targets)
    const still = after.filter(
      ({ state, cpuNs }, place) => state === 'paused' && cpuNs === before[place]!.cpuNs,
    ).length
    return {
      held: still === targets.length,
      summary: `${still} of ${targets.length} nodes frozen: no processor time in ${WATCH_MS} ms`,
    }
  },
  async heal(cluster) {
    await cluster.processes!.resume(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const now = await states(cluster, targets)
    const running = now.filter(({ state }) => state === 'running').length
    return {
      held: running === targets.length,
      summary: `${running} of ${targets.length} nodes run again`,
    }
  },
} satisfies Fault<PausePlan>
