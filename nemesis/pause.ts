/**
 * Freezes every process of some nodes, as a long garbage collection or a stopped virtual machine does:
 * nothing is lost, connections stay open, and on waking the node believes that no time has passed. With
 * `process`, only the processes whose command line matches are stopped (SIGSTOP): the rest of the node goes
 * on without them. Evidence: the kernel says frozen and their processor time stands still, or it says stopped.
 */
import { z } from 'zod'
import {
  type Ability,
  type Cluster,
  type Evidence,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

const schema = z.strictObject({
  targets,
  /** A regular expression that finds the command lines of the processes to stop; absent: the whole node. */
  process: z.string().min(1).refine(isPattern, 'expected a regular expression').exactOptional(),
})
type PausePlan = z.infer<typeof schema>

/** The processes stopped; none where whole nodes are frozen. */
type Paused = { readonly pids?: readonly number[] }

/** Processor time is read twice, this far apart (ms): longer than any idle server sleeps between ticks. */
const WATCH_MS = 150

const states = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.processes!.state(name)))

const processesOf = async (cluster: Cluster, names: readonly string[]) =>
  (await Promise.all(names.map((name) => cluster.processes!.list(name)))).flat()

export default {
  summary: 'freezes the processes of some nodes, or stops single ones, then lets them go on',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes'],
  needsFor: ({ process }): readonly Ability[] =>
    process === undefined ? ['freezer'] : ['signals'],
  acts: 'node',
  replaces: true,
  evidence:
    'the kernel says frozen, and their processor time stands still; single processes: stopped',
  plan: (topology, random, nth): PausePlan => ({
    targets: planTargets(topology, random, nth, 'minority'),
  }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    const all = cluster.nodes.map(({ name }) => name)
    if (plan.process === undefined) {
      // Who sleeps for an episode that this one replaces wakes up in the same moment.
      const others = all.filter((name) => !names.includes(name))
      await Promise.all([cluster.processes!.pause(names), cluster.processes!.resume(others)])
      return { targets: names, done: {} }
    }
    const pattern = new RegExp(plan.process)
    await cluster.processes!.resume(all)
    const found = (await processesOf(cluster, names)).filter(({ command }) => pattern.test(command))
    if (found.length === 0)
      throw new Error(`no process of ${names.join(', ')} matches ${JSON.stringify(plan.process)}`)
    const pids = found.map(({ pid }) => pid)
    await cluster.processes!.signal(pids, 'SIGSTOP')
    return { targets: names, done: { pids } }
  },
  observe: (cluster, { targets, done }) =>
    done.pids === undefined ? areFrozen(cluster, targets) : areStopped(cluster, targets, done.pids),
  async heal(cluster) {
    const names = cluster.nodes.map(({ name }) => name)
    await cluster.processes!.resume(names)
    const stopped = (await processesOf(cluster, names)).filter(({ isStopped }) => isStopped)
    await cluster.processes!.signal(
      stopped.map(({ pid }) => pid),
      'SIGCONT',
    )
  },
  async healed(cluster, { targets }) {
    const now = await states(cluster, targets)
    const running = now.filter(({ state }) => state === 'running').length
    const stopped = (await processesOf(cluster, targets)).filter(({ isStopped }) => isStopped)
    return {
      held: running === targets.length && stopped.length === 0,
      summary: `${running} of ${targets.length} nodes run again`,
    }
  },
} satisfies Fault<PausePlan, Paused>

const areFrozen = async (cluster: Cluster, targets: readonly string[]): Promise<Evidence> => {
  const before = await states(cluster, targets)
  await cluster.sleep(WATCH_MS)
  const after = await states(cluster, targets)
  const still = after.filter(
    ({ state, cpuNs }, place) => state === 'paused' && cpuNs === before[place]!.cpuNs,
  ).length
  return {
    held: still === targets.length,
    summary: `${still} of ${targets.length} nodes frozen: no processor time in ${WATCH_MS} ms`,
  }
}

const areStopped = async (
  cluster: Cluster,
  targets: readonly string[],
  pids: readonly number[],
): Promise<Evidence> => {
  const now = await processesOf(cluster, targets)
  const stopped = now.filter(({ pid, isStopped }) => isStopped && pids.includes(pid)).length
  return {
    held: stopped === pids.length,
    summary: `${stopped} of ${pids.length} processes stopped; ${now.length - stopped} others go on`,
  }
}
