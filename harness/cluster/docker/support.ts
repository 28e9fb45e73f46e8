/**
 * Says what this machine's engine and kernel can do for the docker cluster, for `schism doctor` and
 * `schism list`. The quick questions need no container; what only a container can show is tried in
 * one, for which the agent's image must already be there.
 */
import { readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { EnvironmentError } from '../../errors.ts'
import type { Support } from '../cluster.ts'
import { agentHostConfig } from './agent.ts'
import { imageId } from './base-image.ts'
import { baseImage } from './dockerfile.ts'
import {
  attempt,
  describeEngine,
  type Engine,
  type EngineInfo,
  engineAddress,
  isLocal,
} from './engine.ts'
import { findAgentImage } from './images.ts'
import { labelsOfRun } from './labels.ts'

/**
 * Clients and probes use the containers' own addresses. @throws EnvironmentError when they cannot
 */
export const refuseRemote = (info: EngineInfo): void => {
  if (isLocal() && !info.system.includes('Docker Desktop')) return
  throw new EnvironmentError(
    `the engine at ${engineAddress()} (${info.system}) runs on another machine or in a virtual ` +
      "one, where containers' addresses cannot be reached: use an engine on this machine's own Linux",
  )
}

export const support = async (engine: Engine): Promise<readonly Support[]> => {
  let info: EngineInfo
  try {
    info = await describeEngine(engine)
    refuseRemote(info)
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    return [{ name: 'engine', state: 'missing', says: error.message }]
  }
  const kernel = `kernel ${info.kernel}, cgroup ${info.cgroup}`
  const says = `Docker ${info.version} at ${engineAddress()}, ${kernel}`
  const baseId = await imageId(engine, baseImage)
  const agentImage = baseId === undefined ? undefined : await findAgentImage(engine, baseId)
  return [
    { name: 'engine', state: 'ok', says },
    {
      name: 'images',
      state: 'ok',
      says:
        agentImage === undefined
          ? 'the base and agent images are not built yet: the first run does it, in about a minute'
          : 'the base and agent images are built',
    },
    await ipv6Support(),
    ...(agentImage === undefined ? [] : await tryInContainer(engine, agentImage)),
  ]
}

const ipv6Support = async (): Promise<Support> => {
  const isThere = (await readFile('/proc/net/if_inet6', 'utf8').catch(() => '')) !== ''
  return isThere
    ? { name: 'ipv6', state: 'ok', says: 'the kernel has IPv6: nodes get both families' }
    : { name: 'ipv6', state: 'limited', says: 'the kernel has no IPv6: nodes get IPv4 only' }
}

/**
 * Each is tried in one container with the agent's capabilities; the command's exit code decides.
 */
const trials = [
  {
    name: 'nftables',
    command: 'nft add table inet schism_trial',
    ok: 'partitions work: the kernel has nftables',
    not: 'missing',
    remedy: 'no partitions: the kernel lacks nf_tables (modprobe nf_tables)',
  },
  {
    name: 'namespaces',
    command: 'nsenter -t $$ -n true',
    ok: "the agent may enter nodes' network namespaces",
    not: 'missing',
    remedy:
      'the agent may not enter network namespaces: SYS_ADMIN or SYS_PTRACE has no effect here',
  },
  {
    name: 'netem',
    command: 'ip link set lo up && tc qdisc add dev lo root netem delay 1ms',
    ok: 'the kernel can delay, lose and reorder packets itself',
    not: 'limited',
    remedy: 'the kernel lacks sch_netem (modprobe sch_netem): delays need the slower way',
  },
  {
    name: 'cgroups',
    command: 'test -d /host/cgroup/freezer -o -f /host/cgroup/cgroup.controllers',
    ok: 'pausing nodes works: the freezer is there',
    not: 'missing',
    remedy: 'no pauses: no freezer control group is mounted (install cgroupfs-mount)',
  },
] as const

const tryInContainer = async (engine: Engine, image: string): Promise<readonly Support[]> => {
  const script = trials
    .map(({ name, command }) => `if { ${command}; } >/dev/null 2>&1; then echo ${name}; fi`)
    .join('\n')
  let works: readonly string[]
  try {
    works = (await runOnce(engine, image, script)).split('\n')
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    // The engine refuses the container itself, most often for a capability it does not have.
    return [{ name: 'capabilities', state: 'missing', says: error.message }]
  }
  return trials.map(({ name, ok, not, remedy }) =>
    works.includes(name) ? { name, state: 'ok', says: ok } : { name, state: not, says: remedy },
  )
}

const runOnce = (engine: Engine, image: string, script: string): Promise<string> =>
  attempt('run a container with NET_ADMIN, SYS_ADMIN and SYS_PTRACE', async () => {
    const output = new PassThrough().setEncoding('utf8')
    let text = ''
    output.on('data', (chunk: string) => {
      text += chunk
    })
    const container = await engine.createContainer({
      Image: image,
      Cmd: ['sh', '-c', script],
      Labels: { ...labelsOfRun('doctor') },
      HostConfig: agentHostConfig(),
    })
    try {
      const stream = await container.attach({ stream: true, stdout: true })
      engine.modem.demuxStream(stream, output, output)
      const ended = new Promise((resolve) => stream.on('end', resolve))
      await container.start()
      await container.wait()
      await ended
    } finally {
      await container.remove({ force: true, v: true })
    }
    return text
  })
