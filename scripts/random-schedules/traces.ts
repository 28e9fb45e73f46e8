/**
 * What faults could leave behind, read where they leave it: in the kernel's tables of every node's network,
 * in control groups, processes, mounts and clocks. Two readings of a cluster at rest are the same; whatever
 * a fault has not taken back is the difference.
 */
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { runCommand } from '../../harness/cluster/docker/channel.ts'
import type { Engine } from '../../harness/cluster/docker/engine.ts'
import { labelOf } from '../../harness/cluster/docker/labels.ts'

/** What is to be found → the lines that say so. */
export type Traces = Readonly<Record<string, readonly string[]>>

export interface Place {
  readonly engine: Engine
  readonly cluster: RunningCluster
  readonly runId: string
}

/** Reads everything. */
export const traces = async ({ engine, cluster, runId }: Place): Promise<Traces> => {
  const agent = `schism-${runId}-agent`
  const pidOf = async (container: string): Promise<number> =>
    (await engine.getContainer(container).inspect()).State.Pid
  const found: Record<string, readonly string[]> = {}
  const note = async (what: string, argv: readonly string[]): Promise<void> => {
    const { output, errors } = await runCommand(engine, agent, argv)
    found[what] = linesOf(output + errors)
  }
  await Promise.all(
    cluster.nodes.map(async ({ name }) => {
      const container = `schism-${runId}-${name}`
      const net = ['nsenter', '-t', String(await pidOf(`${container}-net`)), '-n', '--']
      const pid = String(await pidOf(container))
      await note(`${name}: rules`, [...net, 'nft', '-s', 'list', 'ruleset'])
      await note(`${name}: queueing disciplines`, [...net, 'sh', '-c', 'tc qdisc; tc filter'])
      await note(`${name}: processes`, ['sh', '-c', statesOf, 'sh', pid])
      await note(`${name}: limits`, ['sh', '-c', limitsOf, 'sh', pid])
      await note(`${name}: data folder`, ['sh', '-c', 'grep -c . /proc/$0/mountinfo', pid])
      found[`${name}: container`] = await limitsOfContainer(engine, container)
    }),
  )
  await note('processes of the agent', ['sh', '-c', ownProcesses])
  await note('mounts of the agent', ['sh', '-c', 'sed "s/.* - //" /proc/self/mountinfo | sort'])
  found['wrong clocks'] = await wrongClocks(cluster)
  found.containers = await containersOf(engine, runId)
  return found
}

/** What the second reading has and the first had not, or the other way round. */
export const differences = (before: Traces, after: Traces): readonly string[] =>
  Object.entries(after).flatMap(([what, lines]) => {
    const known = before[what] ?? []
    const more = lines.filter((line) => !known.includes(line)).map((line) => `+ ${line}`)
    const fewer = known.filter((line) => !lines.includes(line)).map((line) => `- ${line}`)
    return [...more, ...fewer].map((line) => `${what}: ${line}`)
  })

/** A limit of a terabyte or more is how a kernel says that there is none. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\d{13,}$/, 'none'))
    .filter((line) => line !== '')

/** Whether any process in a process' namespace is stopped or traced, or its control group frozen. */
const statesOf = `
ns=$(readlink /proc/$1/ns/pid)
for p in /proc/[0-9]*; do
  [ "$(readlink $p/ns/pid 2>/dev/null)" = "$ns" ] || continue
  sed -n 's/^State:[[:space:]]*\\([TtD]\\).*/stopped/p; s/^TracerPid:[[:space:]]*[1-9].*/traced/p' $p/status 2>/dev/null
done | grep -v '^$' | sort | uniq
cg=$(sed -n 's/^[0-9]*:freezer://p' /proc/$1/cgroup)
cat "/host/cgroup/freezer$cg/freezer.state" 2>/dev/null || true`

/** Limits of a process and of its control groups, whichever version they have. */
const limitsOf = `
grep -E 'open files' /proc/$1/limits
for pair in cpu:cpu.cfs_quota_us memory:memory.limit_in_bytes blkio:blkio.throttle.write_bps_device blkio:blkio.throttle.read_bps_device; do
  kind=\${pair%%:*}; file=\${pair#*:}
  cg=$(sed -n "s/^[0-9]*:\\([a-z_,]*,\\)*$kind\\(,[a-z_,]*\\)*://p" /proc/$1/cgroup)
  for f in /host/cgroup/$kind$cg/$file /host/cgroup/*$kind*$cg/$file; do
    [ -f "$f" ] && { echo "$file $(cat "$f")"; break; }
  done
done
cg=$(sed -n 's/^0:://p' /proc/$1/cgroup)
for file in cpu.max memory.max io.max; do
  [ -f "/host/cgroup$cg/$file" ] && echo "$file $(cat "/host/cgroup$cg/$file")"
done; true`

/** Everything that runs in the agent's container beside its loop and what reads this. */
const ownProcesses = `
own=$(readlink /proc/self/ns/mnt)
for p in /proc/[0-9]*; do
  [ "$(readlink $p/ns/mnt 2>/dev/null)" = "$own" ] || continue
  tr '\\0\\n' '  ' < $p/cmdline 2>/dev/null | cut -c1-60; echo
done | grep -vE '^(sh|cut|tr|grep|sort|readlink|sed|uniq|wc)( |$)|^$' | sort | uniq`

/** The engine's own record of a container's limits: it would put them back at every start. */
const limitsOfContainer = async (engine: Engine, name: string): Promise<readonly string[]> => {
  const { HostConfig, State } = await engine.getContainer(name).inspect()
  const { Memory, NanoCpus, CpuQuota } = HostConfig
  return [
    `paused ${State.Paused}`,
    `running ${State.Running}`,
    `memory ${(Memory ?? 0) < 2 ** 40 ? (Memory ?? 0) : 0}`,
    `cpus ${NanoCpus || 0}`,
    `quota ${Math.max(0, CpuQuota || 0)}`,
  ]
}

/** A clock that is more than this away was not put right; ms. */
const RIGHT_MS = 50

const wrongClocks = async (cluster: RunningCluster): Promise<readonly string[]> => {
  const readings = (await cluster.clocks?.read(cluster.nodes.map(({ name }) => name))) ?? {}
  return Object.entries(readings).flatMap(([node, all]) =>
    all
      .filter(({ offsetMs }) => Math.abs(offsetMs) > RIGHT_MS)
      .map(({ process, offsetMs }) => `${node}: ${process} ${Math.round(offsetMs)} ms`),
  )
}

const containersOf = async (engine: Engine, runId: string): Promise<readonly string[]> => {
  const filters = JSON.stringify({ label: [`${labelOf.run}=${runId}`] })
  const list = await engine.listContainers({ all: true, filters })
  return list.map(({ Names }) => Names[0] ?? '').toSorted()
}
