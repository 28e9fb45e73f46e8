/**
 * Limits on what nodes get. Processor time and memory are limited through the engine, so that its own
 * record of the container stays true and a restart keeps them; what the kernel makes of them is read
 * from its control groups. Open files are limited process by process, for the running ones alone.
 *
 * A node is brought out of memory by files in its own memory file system: they are charged to the node
 * and belong to no process, so that the kernel has to kill one of the tested system's.
 */
import type { CpuUse, FileUse, MemoryUse, Resources } from '../../api.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Agent } from './agent.ts'
import { type Readings, readGroups } from './cgroups.ts'
import { runCommand } from './channel.ts'
import { attempt, type Engine } from './engine.ts'
import type { DockerNode } from './node.ts'
import { findNode, inspectState } from './processes.ts'

/** The kernel gives at least a millisecond in each period, so that little of it needs a long one. */
const PERIOD_US = 100_000
const LONG_PERIOD_US = 1_000_000
const LEAST_QUOTA_US = 1_000

/** No limit. The engine cannot lift one of memory; this is more than any machine has, and both versions take it. */
const UNLIMITED_BYTES = 8 * 2 ** 40
const LEAST_BYTES = 6 * 2 ** 20

const BALLAST = '/dev/shm/schism-ballast'

export const nodeResources = (
  engine: Engine,
  agent: Agent,
  nodes: readonly DockerNode[],
): Resources => {
  const find = (name: string) => findNode(nodes, name)
  const onEach = async (
    names: readonly string[],
    work: (node: DockerNode) => Promise<unknown>,
  ): Promise<void> => {
    await Promise.all(names.map((name) => work(find(name))))
  }
  const all = nodes.map(({ name }) => name)
  const update = (node: DockerNode, change: object) =>
    attempt(`limit ${node.name}`, () => engine.getContainer(node.container).update(change))
  const limitsOf = async (node: DockerNode) =>
    (await attempt(`inspect ${node.name}`, () => engine.getContainer(node.container).inspect()))
      .HostConfig
  const readings = async (name: string, wanted: readonly string[]) => {
    const { Pid } = await inspectState(engine, find(name))
    if (Pid <= 0) return undefined
    const read = await readGroups(agent, Pid, wanted)
    return read.size === 0 ? undefined : read
  }

  return {
    limitCpu: (limits) =>
      onEach(Object.keys(limits), (node) => {
        const cores = limits[node.name]!
        const period = cores * PERIOD_US < LEAST_QUOTA_US ? LONG_PERIOD_US : PERIOD_US
        const quota = Math.max(LEAST_QUOTA_US, Math.round(cores * period))
        return update(node, { CpuPeriod: period, CpuQuota: quota })
      }),
    cpu: async (name) => {
      const read = await readings(name, cpuFiles)
      return read === undefined ? undefined : cpuUse(read)
    },
    liftCpu: () =>
      onEach(all, async (node) => {
        if (((await limitsOf(node)).CpuQuota ?? 0) > 0)
          await update(node, { CpuPeriod: PERIOD_US, CpuQuota: -1 })
      }),

    limitMemory: (limits) =>
      onEach(Object.keys(limits), (node) => {
        const bytes = Math.max(LEAST_BYTES, Math.round(limits[node.name]!))
        return update(node, { Memory: bytes, MemorySwap: bytes })
      }),
    exhaustMemory: (names) => onEach(names, (node) => exhaust(engine, node)),
    memory: async (name) => {
      const read = await readings(name, memoryFiles)
      return read === undefined ? undefined : memoryUse(read)
    },
    wasOutOfMemory: async (name) => {
      const read = await readings(name, ['memory/memory.oom_control', 'unified/memory.events'])
      // The engine's word is about the last process that ended; it holds until the next one ends.
      if (read === undefined) return (await inspectState(engine, find(name))).OOMKilled
      return ['memory.oom_control oom_kill', 'memory.events oom_kill'].some(
        (key) => (read.get(key) ?? 0) > 0,
      )
    },
    liftMemory: () =>
      onEach(all, async (node) => {
        const { Memory = 0 } = await limitsOf(node)
        if (Memory === 0 || Memory >= UNLIMITED_BYTES) return
        await update(node, { Memory: UNLIMITED_BYTES, MemorySwap: UNLIMITED_BYTES })
        const { Pid } = await inspectState(engine, node)
        if (Pid > 0) await agent.run(['rm', '-f', `/proc/${Pid}/root${BALLAST}`])
      }),

    ...openFiles(engine, agent, nodes),
  }
}

const cpuFiles = [
  ...['cpu/cpu.cfs_quota_us', 'cpu/cpu.cfs_period_us', 'cpu/cpu.stat'],
  ...['unified/cpu.max', 'unified/cpu.stat'],
]

/** Quota and period are numbers alone in version 1, and stand in one line in version 2. */
export const cpuUse = (read: Readings): CpuUse => {
  const throttled = read.get('cpu.stat nr_throttled') ?? 0
  const line = [...read.keys()].find((key) => /^cpu\.max \d+$/.test(key))
  const quota = read.get('cpu.cfs_quota_us') ?? Number(line?.split(' ')[1] ?? -1)
  const period = read.get('cpu.cfs_period_us') ?? read.get(line ?? '') ?? PERIOD_US
  return quota > 0 ? { limitCores: quota / period, throttled } : { throttled }
}

const memoryFiles = [
  ...['usage_in_bytes', 'limit_in_bytes', 'failcnt', 'stat'].map((file) => `memory/memory.${file}`),
  ...['current', 'max', 'events', 'stat'].map((file) => `unified/memory.${file}`),
]

const memoryUse = (read: Readings): MemoryUse => {
  const first = (...keys: readonly string[]) =>
    keys.map((key) => read.get(key)).find((value) => value !== undefined)
  const used = first('memory.usage_in_bytes', 'memory.current') ?? 0
  const cached = ['inactive_file', 'active_file'].map(
    (kind) => first(`memory.stat total_${kind}`, `memory.stat ${kind}`) ?? 0,
  )
  const limit = first('memory.limit_in_bytes', 'memory.max') ?? UNLIMITED_BYTES
  return {
    used,
    needed: Math.max(0, used - cached[0]! - cached[1]!),
    hits: first('memory.failcnt', 'memory.events max') ?? 0,
    ...(limit < UNLIMITED_BYTES ? { limit } : {}),
  }
}

/**
 * Fills the node's memory file system. The command that does it ends with its node (137), or runs into
 * the end of that file system: then somebody else was killed, or nobody.
 */
const exhaust = async (engine: Engine, node: DockerNode): Promise<void> => {
  const argv = ['dd', 'if=/dev/zero', `of=${BALLAST}`, 'bs=64k']
  const { exitCode, errors } = await runCommand(engine, node.container, argv)
  if (exitCode === 126 || exitCode === 127)
    throw new EnvironmentError(`${node.name}: its image has no dd to fill memory with: ${errors}`)
}

/** How a shell that runs as a process' own user reads and limits its open files. */
const asOwner = (pid: number, script: string): readonly string[] => [
  'sh',
  '-c',
  [
    `set -- $(sed -n 's/^[UG]id:[[:space:]]*\\([0-9]*\\).*/\\1/p' /proc/${pid}/status)`,
    `exec setpriv --reuid "$1" --regid "$2" --clear-groups sh -c '${script}'`,
  ].join('; '),
]

const countOpen = (pid: number) => `ls /proc/${pid}/fd | wc -l`
const setLimit = (pid: number, files: string) => `prlimit --pid ${pid} --nofile=${files}:`

const openFiles = (
  engine: Engine,
  agent: Agent,
  nodes: readonly DockerNode[],
): Pick<Resources, 'limitFds' | 'fds' | 'liftFds'> => {
  /** What each process was limited to before; a process that was started since is held to the holder's. */
  const before = new Map<number, number>()
  const pidsOf = async (node: DockerNode): Promise<readonly number[]> => {
    const { Pid } = await inspectState(engine, node)
    if (Pid <= 0) return []
    const found = await agent.run(['sh', '-c', `pgrep --ns ${Pid} --nslist pid . || true`])
    return found.split('\n').filter(Boolean).map(Number)
  }
  /** A process may end at any moment: then there is nothing to do. */
  const onLiving = async (pid: number, script: string): Promise<void> => {
    await agent.run(asOwner(pid, script)).catch(async (error: unknown) => {
      if ((await agent.observe(pid)) !== undefined) throw error
    })
  }
  const limit = async (pid: number, spare: number) => {
    before.set(pid, before.get(pid) ?? (await softLimit(agent, pid))?.soft ?? 0)
    await onLiving(pid, setLimit(pid, `$(($(${countOpen(pid)}) + ${spare}))`))
  }
  const lift = async (pid: number, usual: number) => {
    const now = await softLimit(agent, pid)
    const wanted = Math.min(before.get(pid) ?? usual, now?.hard ?? 0)
    if (now !== undefined && now.soft < wanted) await onLiving(pid, setLimit(pid, `${wanted}`))
  }

  return {
    limitFds: async (names, spare) => {
      const pids = await Promise.all(names.map((name) => pidsOf(findNode(nodes, name))))
      await Promise.all(pids.flat().map((pid) => limit(pid, spare)))
    },
    fds: async (name): Promise<FileUse | undefined> => {
      const { Pid } = await inspectState(engine, findNode(nodes, name))
      const now = Pid > 0 ? await softLimit(agent, Pid) : undefined
      if (now === undefined) return undefined
      return { open: Number(await agent.run(asOwner(Pid, countOpen(Pid)))), limit: now.soft }
    },
    liftFds: async () => {
      await Promise.all(
        nodes.map(async (node) => {
          const usual = (await softLimit(agent, node.networkPid))?.soft ?? 0
          await Promise.all((await pidsOf(node)).map((pid) => lift(pid, usual)))
        }),
      )
      before.clear()
    },
  }
}

/** A process' limits on open files, as its kernel says them; undefined when it is gone. */
const softLimit = async (agent: Agent, pid: number) => {
  const text = await agent.run(['sh', '-c', `cat /proc/${pid}/limits 2>/dev/null || true`])
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(text) ?? []
  return soft === undefined ? undefined : { soft: Number(soft), hard: Number(hard) }
}
