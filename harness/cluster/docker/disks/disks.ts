/**
 * The data folders of a docker cluster's nodes: file systems that lose power, fail, hang or fill up, which
 * needs them to be their own (`storage.ts`), and disks that are slow, which their control group does on any
 * storage.
 */
import type { Disks, PowerLoss } from '../../../api.ts'
import { EnvironmentError } from '../../../errors.ts'
import type { Agent } from '../agent.ts'
import type { Engine } from '../engine.ts'
import type { DockerNode } from '../node.ts'
import { findNode, inspectState } from '../processes.ts'
import { dataFiles } from './files.ts'
import {
  emptyProgram,
  fillProgram,
  powerProgram,
  probeProgram,
  runPerl,
  runShell,
  throttleProgram,
  writeRateProgram,
} from './programs.ts'
import { mountOptions, rootOf, thawArgv } from './storage.ts'

/** A write that takes longer waits for something: the kernel's own take some ms. */
const patienceS = 0.3

export const nodeDisks = (engine: Engine, agent: Agent, nodes: readonly DockerNode[]): Disks => ({
  ...dataFiles(
    agent,
    nodes.map(({ name }) => name),
  ),
  probe: (node) =>
    runPerl(agent, `write to the disk of ${node}`, probeProgram, [rootOf(node), patienceS]),
  ...ownFileSystems(agent, nodes),
  ...rates(engine, agent, nodes),
})

type Failures = Pick<
  Disks,
  'loseUnsynced' | 'fail' | 'repair' | 'stall' | 'release' | 'fill' | 'empty'
>

const ownFileSystems = (agent: Agent, nodes: readonly DockerNode[]): Failures => {
  const all = nodes.filter(({ device }) => device !== undefined).map(({ name }) => name)
  const deviceOf = (name: string): string => {
    const { device } = findNode(nodes, name)
    if (device !== undefined) return device
    throw new EnvironmentError(`the data folder of ${name} shares its file system with others`)
  }
  const power = (what: string, verb: string, names: readonly string[]): Promise<string> => {
    const pairs = names.flatMap((name) => [rootOf(name), deviceOf(name)])
    return runPerl(agent, `${what} ${names.join(', ')}`, powerProgram, [
      verb,
      mountOptions,
      ...pairs,
    ])
  }
  const onAll = async (what: string, script: string, names: readonly string[]): Promise<void> => {
    await Promise.all(
      names.map((name) => {
        deviceOf(name)
        return runShell(agent, `${what} ${name}`, script, [rootOf(name)])
      }),
    )
  }
  return {
    loseUnsynced: (names) =>
      Promise.all(
        names.map(async (name) =>
          parseLoss(name, await power('take the power from', 'lose', [name])),
        ),
      ),
    fail: async (names) => {
      await power('fail the disks of', 'fail', names)
    },
    repair: async (names) => {
      await Promise.all(names.map((name) => power('repair the disk of', 'anew', [name])))
    },
    stall: (names) => onAll('freeze the disk of', 'fsfreeze -f "$1"', names),
    release: async () => {
      await agent.run(thawArgv)
    },
    fill: (names) => onAll('fill the disk of', fillProgram, names),
    empty: () => onAll('empty the disk of', emptyProgram, all),
  }
}

const parseLoss = (node: string, said: string): PowerLoss => {
  const [isLost, isKept, filesBack = 0, bytesBack = 0] = said.split(' ').map(Number)
  return { node, lostUnsynced: isLost === 1, keptSynced: isKept === 1, filesBack, bytesBack }
}

type Rates = Pick<Disks, 'throttle' | 'unthrottle' | 'writeRate'>

const rates = (engine: Engine, agent: Agent, nodes: readonly DockerNode[]): Rates => {
  const pidOf = async (node: DockerNode): Promise<number> => (await inspectState(engine, node)).Pid
  const onNode = (what: string, program: string, node: DockerNode, pid: number, amount: number) =>
    runShell(agent, `${what} ${node.name}`, program, [rootOf(node.name), pid, amount])
  const limit = async (node: DockerNode, bytesPerSecond: number): Promise<void> => {
    const pid = await pidOf(node)
    // Nobody limits a dead node, and a limit went with its control group.
    if (pid > 0) await onNode('limit the disk of', throttleProgram, node, pid, bytesPerSecond)
  }
  return {
    throttle: async (names, bytesPerSecond) => {
      await Promise.all(names.map((name) => limit(findNode(nodes, name), bytesPerSecond)))
    },
    unthrottle: async () => {
      await Promise.all(nodes.map((node) => limit(node, 0)))
    },
    writeRate: async (name, bytes) => {
      const node = findNode(nodes, name)
      const said = await onNode(
        'measure the disk of',
        writeRateProgram,
        node,
        await pidOf(node),
        bytes,
      )
      return parseRate(said)
    },
  }
}

/** dd's last line: "65536 bytes (66 kB, 64 KiB) copied, 0.25 s, 262 kB/s". */
export const parseRate = (said: string): number => {
  const [, bytes, s] = /^(\d+) bytes .*copied, ([\d.e-]+) s,/.exec(said) ?? []
  if (bytes === undefined) throw new EnvironmentError(`dd said: ${said.trim()}`)
  return Number(bytes) / Number(s)
}
