/**
 * Kills, restarts and freezes nodes through the engine, and reads from the kernel whether it
 * worked. All verbs may be repeated, and may meet each other in any order, because faults overlap:
 * what is already so, or cannot be because the node is dead, is left as it is; evidence is
 * `state`'s affair.
 */
import type { Processes, ProcessState } from '../../api.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Agent } from './agent.ts'
import { attempt, type Engine } from './engine.ts'
import { lastLines } from './logs.ts'
import type { DockerNode } from './node.ts'

/** HTTP: not modified (already started) and conflict (not running, already paused, not paused). */
const alreadySo = [304, 409]

const gone: ProcessState = { state: 'gone', pid: undefined, cpuNs: undefined }

export const nodeProcesses = (
  engine: Engine,
  agent: Agent,
  nodes: readonly DockerNode[],
): Processes => {
  const find = (name: string): DockerNode => {
    const node = nodes.find((candidate) => candidate.name === name)
    if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
    return node
  }
  const onEach = async (
    names: readonly string[],
    work: (node: DockerNode) => Promise<unknown>,
  ): Promise<void> => {
    await Promise.all(names.map((name) => work(find(name))))
  }
  const container = (node: DockerNode) => engine.getContainer(node.container)
  const inspect = async (node: DockerNode) =>
    (await attempt(`inspect ${node.name}`, () => container(node).inspect())).State

  return {
    kill: (names) =>
      onEach(names, async (node) => {
        const what = `kill ${node.name}`
        await attempt(what, () => container(node).kill({ signal: 'SIGKILL' }), alreadySo)
        await attempt(what, () => container(node).wait({ condition: 'not-running' }))
      }),
    start: (names) =>
      onEach(names, async (node) => {
        const what = `start ${node.name}`
        await attempt(what, () => container(node).start(), alreadySo)
        if ((await inspect(node)).Running) return
        const lines = await lastLines(engine, node, 5)
        throw new EnvironmentError(`${node.name} ended as soon as it started: ${lines.join('; ')}`)
      }),
    pause: (names) =>
      onEach(names, (node) =>
        attempt(`pause ${node.name}`, () => container(node).pause(), alreadySo),
      ),
    resume: (names) =>
      onEach(names, async (node) => {
        // The engine's answer to "not paused" is its answer to any internal error.
        if (!(await inspect(node)).Paused) return
        await attempt(`resume ${node.name}`, () => container(node).unpause(), alreadySo)
      }),
    state: async (name) => {
      const pid = (await inspect(find(name))).Pid
      // The engine says which process; whether it lives, runs and works is read from the kernel.
      const reading = pid > 0 ? await agent.observe(pid) : undefined
      if (reading === undefined || 'ZX'.includes(reading.state)) return gone
      return { state: reading.isFrozen ? 'paused' : 'running', pid, cpuNs: reading.cpuNs }
    },
  }
}
