/**
 * How long faults take from the request until they are installed, on an etcd of five members: the median and
 * the slowest of twenty injections each, planned from seeds as a run plans them and healed in between. Roles
 * are resolved within the time, by asking the system who leads.
 *
 *   npm run bench -- faults [--write] [FAULT...]
 *
 * `--write` keeps the medians for the table in docs/faults.md (`npx tsx scripts/docs.ts`).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, type Json, random, type Topology } from '../harness/api.ts'
import { loadCatalog } from '../harness/catalog.ts'
import { monotonicMs } from '../harness/clock.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import { messageOf } from '../harness/errors.ts'
import { median, table } from './table.ts'

const NODES = 5
const ROUNDS = 20
const READY_MS = 120_000
const never = new AbortController().signal

const main = async (): Promise<void> => {
  const { systems, faults } = await loadCatalog()
  const asked = process.argv.slice(2).filter((word) => faults.has(word))
  const names = asked.length > 0 ? asked : [...faults.keys()]
  const system = systems.get('etcd')!
  const topology: Topology = {
    members: system.members(NODES),
    hasPrimaries: system.primaries !== undefined,
    hasMembership: system.membership !== undefined,
  }
  const cluster = await dockerCluster.up({
    runId: `bench-faults-${process.pid}`,
    systemName: 'etcd',
    system,
    nodes: NODES,
    options: Object.fromEntries(
      Object.entries(system.options).map(([name, option]) => [name, option.default]),
    ),
    needs: Object.fromEntries(names.map((name) => [name, needsOf(faults.get(name)!, topology)])),
    progress: () => {},
    signal: never,
  })
  try {
    await cluster.awaitReady(READY_MS, never)
    const rows: (number | string)[][] = []
    for (const name of names)
      rows.push([name, ...(await timed(cluster, faults.get(name)!, topology))])
    console.log(table(['fault', 'median ms', 'slowest ms', 'healed ms', 'rounds'], rows))
    if (process.argv.includes('--write')) keep(rows)
  } finally {
    await cluster.down()
  }
}

/** Renews the medians of these faults, ms, and leaves the others'. */
const keep = (rows: readonly (readonly (number | string)[])[]): void => {
  const file = join(process.cwd(), 'docs', 'fault-latency.json')
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const measured = rows.flatMap(([name, ms]) =>
    typeof ms === 'number' ? [[name, Math.round(ms)] as const] : [],
  )
  const all = Object.entries({ ...before, ...Object.fromEntries(measured) })
  const sorted = Object.fromEntries(all.toSorted(([a], [b]) => a.localeCompare(b)))
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`)
}

const plansOf = (fault: Fault, topology: Topology): readonly Json[] =>
  Array.from({ length: ROUNDS }, (_, round) => fault.plan(topology, random(round), round))

/** What the plans of a fault need. */
const needsOf = (fault: Fault, topology: Topology): Fault['needs'] => [
  ...fault.needs,
  ...plansOf(fault, topology).flatMap((plan) => fault.needsFor?.(plan) ?? []),
]

const timed = async (
  cluster: RunningCluster,
  fault: Fault,
  topology: Topology,
): Promise<(number | string)[]> => {
  const installs: number[] = []
  const heals: number[] = []
  try {
    for (const plan of plansOf(fault, topology)) {
      const began = monotonicMs()
      try {
        await fault.inject(cluster, plan)
        installs.push(monotonicMs() - began)
      } finally {
        const healing = monotonicMs()
        await fault.heal(cluster)
        heals.push(monotonicMs() - healing)
      }
      await cluster.awaitReady(READY_MS, never)
    }
    return [median(installs), Math.max(...installs), median(heals), installs.length]
  } catch (error) {
    return ['-', '-', '-', messageOf(error).slice(0, 60)]
  }
}

await main()
