/**
 * Kills some nodes and starts them, again and again until healed, as a supervisor does with a process that
 * cannot live: recovery itself is interrupted, at a different point each time. The loop lives in this
 * process and ends with it; its own failure is told when it is healed. Evidence: the process was killed and
 * started, counted, and after healing one runs and stays.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Fault,
  type Processes,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** From one kill to the next. */
  periodMs: z.number().int().min(100).max(60_000),
})
type CrashLoopPlan = z.infer<typeof schema>

interface Loop {
  crashes: number
  error: unknown
  readonly stop: AbortController
  ended: Promise<void>
}

/** The loop of each cluster that has one, by the cluster's processes. */
const loops = new WeakMap<Processes, Loop>()
/** What the last one came to. */
const results = new WeakMap<Processes, Pick<Loop, 'crashes' | 'error'>>()

/** How long a node must stay, so that it is not about to be killed again, ms. */
const STAY_MS = 200

const run = async (
  loop: Loop,
  cluster: Cluster,
  names: readonly string[],
  periodMs: number,
): Promise<void> => {
  const { signal } = loop.stop
  const processes = cluster.processes!
  try {
    while (!signal.aborted) {
      const period = cluster.sleep(periodMs, signal)
      await processes.kill(names)
      loop.crashes++
      await processes.start(names)
      await period
    }
  } catch (error) {
    loop.error = error
  }
}

const end = async (processes: Processes): Promise<void> => {
  const loop = loops.get(processes)
  if (loop === undefined) return
  loop.stop.abort()
  await loop.ended
  loops.delete(processes)
  results.set(processes, loop)
}

export default {
  summary: 'kills some nodes and starts them again and again',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes'],
  acts: 'node',
  evidence: 'processes killed and started, counted; after healing one runs and stays',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'minority'),
    periodMs: random.pick([300, 700, 1500, 3000]),
  }),
  async inject(cluster, { targets, periodMs }) {
    const names = await resolveTargets(cluster, targets)
    const processes = cluster.processes!
    await end(processes)
    const loop: Loop = {
      crashes: 0,
      error: undefined,
      stop: new AbortController(),
      ended: Promise.resolve(),
    }
    loops.set(processes, loop)
    const before = await pidsOf(cluster, names)
    loop.ended = run(loop, cluster, names, periodMs)
    return { targets: names, done: { before, periodMs } }
  },
  async observe(cluster, { targets, done }) {
    const loop = loops.get(cluster.processes!)
    if (loop?.error !== undefined) throw loop.error
    const now = await pidsOf(cluster, targets)
    const others = now.filter((pid, place) => pid !== done.before[place]).length
    return {
      held: (loop?.crashes ?? 0) > 0 && others === targets.length,
      summary: `${others} of ${targets.length} processes are gone or others, every ${done.periodMs} ms again`,
    }
  },
  async heal(cluster) {
    await end(cluster.processes!)
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const result = results.get(cluster.processes!)
    if (result?.error !== undefined) throw result.error
    const before = await pidsOf(cluster, targets)
    await cluster.sleep(STAY_MS)
    const now = await pidsOf(cluster, targets)
    const staying = now.filter((pid, place) => pid !== null && pid === before[place]).length
    return {
      held: staying === targets.length,
      summary: `${staying} of ${targets.length} processes stay, after ${result?.crashes ?? 0} crashes`,
    }
  },
} satisfies Fault<
  CrashLoopPlan,
  { readonly before: readonly (number | null)[]; readonly periodMs: number }
>

const pidsOf = (cluster: Cluster, names: readonly string[]): Promise<(number | null)[]> =>
  Promise.all(names.map(async (name) => (await cluster.processes!.state(name)).pid ?? null))
