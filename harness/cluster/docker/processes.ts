/**
 * Kills, stops, restarts and freezes nodes through the engine, and reads from the kernel whether it
 * worked. All verbs may be repeated, and may meet each other in any order, because faults overlap:
 * what is already so, or cannot be because the node is dead, is left as it is; evidence is
 * `state`'s affair.
 */
import type { Container } from 'dockerode'
import type { Ending, NodeProcess, Processes, ProcessState } from '../../api.ts'
import { milliseconds, monotonicMs, realClock, sleep } from '../../clock.ts'
import { EnvironmentError, messageOf } from '../../errors.ts'
import type { Agent } from './agent.ts'
import { isDataEmpty, wipeData } from './data.ts'
import { attempt, type Engine } from './engine.ts'
import { lastLines } from './logs.ts'
import type { DockerNode } from './node.ts'

/** HTTP: not modified (already started) and conflict (not running, already paused, not paused). */
const alreadySo = [304, 409]

/**
 * How often a node is asked to freeze: on a busy machine runc may give up on a group whose processes come
 * and go, and says so; asked again it goes on from there.
 */
const FREEZES = 5

const freeze = async (container: Container): Promise<void> => {
  for (let nth = 1; ; nth++)
    try {
      await container.pause()
      return
    } catch (error) {
      if (nth === FREEZES || !messageOf(error).includes('unable to freeze')) throw error
    }
}

const gone: ProcessState = { state: 'gone', pid: undefined, cpuNs: undefined }

export const nodeProcesses = (
  engine: Engine,
  agent: Agent,
  nodes: readonly DockerNode[],
): Processes => {
  const onEach = <T>(
    names: readonly string[],
    work: (node: DockerNode) => Promise<T>,
  ): Promise<T[]> => Promise.all(names.map((name) => work(findNode(nodes, name))))
  const container = (node: DockerNode) => engine.getContainer(node.container)
  const inspect = (node: DockerNode) => inspectState(engine, node)

  return {
    kill: async (names) => {
      await onEach(names, (node) => kill(engine, node))
    },
    terminate: (names, graceMs) => onEach(names, (node) => terminate(engine, node, graceMs)),
    start: async (names) => {
      await onEach(names, (node) => start(engine, node))
    },
    pause: async (names) => {
      await onEach(names, (node) =>
        attempt(`pause ${node.name}`, () => freeze(container(node)), alreadySo),
      )
    },
    resume: async (names) => {
      await onEach(names, async (node) => {
        // The engine's answer to "not paused" is its answer to any internal error.
        if (!(await inspect(node)).Paused) return
        await attempt(`resume ${node.name}`, () => container(node).unpause(), alreadySo)
      })
    },
    state: async (name) => {
      const pid = (await inspect(findNode(nodes, name))).Pid
      // The engine says which process; whether it lives, runs and works is read from the kernel.
      const reading = pid > 0 ? await agent.observe(pid) : undefined
      if (reading === undefined || 'ZX'.includes(reading.state)) return gone
      return { state: reading.isFrozen ? 'paused' : 'running', pid, cpuNs: reading.cpuNs }
    },
    list: async (name) => listProcesses(agent, (await inspect(findNode(nodes, name))).Pid),
    signal: async (pids, signal) => {
      await Promise.all(pids.map((pid) => signalProcess(agent, pid, signal)))
    },
    wipe: async (names) => {
      await onEach(names, async (node) => {
        if ((await inspect(node)).Running)
          throw new EnvironmentError(`${node.name} runs: its data cannot be taken away`)
        await wipeData(engine, node)
      })
    },
    isWiped: (name) => isDataEmpty(engine, findNode(nodes, name)),
  }
}

/** @throws EnvironmentError when there is no such node */
export const findNode = (nodes: readonly DockerNode[], name: string): DockerNode => {
  const node = nodes.find((candidate) => candidate.name === name)
  if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
  return node
}

/** What the engine says of a node's container. */
export const inspectState = async (engine: Engine, node: DockerNode) =>
  (await attempt(`inspect ${node.name}`, () => engine.getContainer(node.container).inspect())).State

const kill = async (engine: Engine, node: DockerNode): Promise<void> => {
  const container = engine.getContainer(node.container)
  const what = `kill ${node.name}`
  await attempt(what, () => container.kill({ signal: 'SIGKILL' }), alreadySo)
  await attempt(what, () => container.wait({ condition: 'not-running' }))
}

/** The engine thaws a frozen node to let it take the signal. */
const terminate = async (engine: Engine, node: DockerNode, graceMs: number): Promise<Ending> => {
  const container = engine.getContainer(node.container)
  const ended = (by: Ending['by']): Ending => ({
    node: node.name,
    by,
    afterMs: Math.round(monotonicMs() - begun),
  })
  const begun = monotonicMs()
  if (!(await inspectState(engine, node)).Running) return ended('was gone')
  const what = `stop ${node.name}`
  await attempt(what, () => container.kill({ signal: node.stopSignal }), alreadySo)
  const patience = new AbortController()
  const first = await Promise.race([
    attempt(what, () => container.wait({ condition: 'not-running' })).then(() => 'itself' as const),
    sleep(realClock(), milliseconds(graceMs), patience.signal).then(() => 'killed' as const),
  ]).finally(() => patience.abort())
  if (first === 'killed') await kill(engine, node)
  return ended(first)
}

const start = async (engine: Engine, node: DockerNode): Promise<void> => {
  const what = `start ${node.name}`
  await attempt(what, () => engine.getContainer(node.container).start(), alreadySo)
  if ((await inspectState(engine, node)).Running) return
  const lines = await lastLines(engine, node, 5)
  throw new EnvironmentError(`${node.name} ended as soon as it started: ${lines.join('; ')}`)
}

/** All processes in the same process-id namespace as this one: a node's container has its own. */
const listProcesses = async (agent: Agent, pid: number): Promise<readonly NodeProcess[]> => {
  if (pid <= 0) return []
  const found = await agent.run(['sh', '-c', `pgrep --ns ${pid} --nslist pid -a -f . || true`])
  const lines = found.split('\n').filter((line) => line !== '')
  const processes = await Promise.all(
    lines.map(async (line): Promise<NodeProcess | undefined> => {
      const [, number = '', command = ''] = /^(\d+) (.*)$/.exec(line) ?? []
      const state = (await agent.observe(Number(number)))?.state
      if (state === undefined || 'ZX'.includes(state)) return undefined
      return { pid: Number(number), command, isStopped: state === 'T' }
    }),
  )
  return processes.filter((process) => process !== undefined)
}

const signalProcess = async (agent: Agent, pid: number, signal: string): Promise<void> => {
  try {
    await agent.run(['kill', `-${signal.slice(3)}`, String(pid)])
  } catch (error) {
    if ((await agent.observe(pid)) !== undefined) throw error
  }
}
