/**
 * Waits until the system serves, by a condition and a deadline. The system says itself what
 * "serves" means; here it is asked, the reason of the last "not yet" is kept, and a node whose
 * process ended ends the wait at once: nothing would start it again.
 */
import { milliseconds, realClock, sleep } from '../../clock.ts'
import { BrokenClient, EnvironmentError, messageOf, UsageError } from '../../errors.ts'
import type { Engine } from './engine.ts'
import { lastLines } from './logs.ts'
import type { DockerNode } from './node.ts'

const pollMs = 50
/** Every tenth time we also look whether the nodes still run. */
const pollsPerInspection = 10
const quotedLines = 5

export interface ReadyRequest {
  readonly engine: Engine
  readonly systemName: string
  readonly nodes: readonly DockerNode[]
  readonly deadlineMs: number
  readonly signal: AbortSignal
  /** Resolves when the system serves, throws why it does not. */
  readonly ask: (signal: AbortSignal) => Promise<void>
}

export const awaitReady = async (request: ReadyRequest): Promise<void> => {
  const { systemName, deadlineMs, signal, ask, nodes } = request
  const deadline = AbortSignal.timeout(deadlineMs)
  const either = AbortSignal.any([signal, deadline])
  let reason = 'it did not answer'
  for (let poll = 1; !deadline.aborted; poll++) {
    const why = await askOnce(ask, either)
    signal.throwIfAborted()
    if (why === undefined) return
    // What an interrupted last question says would hide the real reason.
    if (!deadline.aborted) reason = why
    if (poll % pollsPerInspection === 0) await failIfOneEnded(request)
    await sleep(realClock(), milliseconds(pollMs))
  }
  await failIfOneEnded(request)
  const quoted = await quoteLogs(request, concerned(nodes, reason))
  throw new EnvironmentError(
    `${systemName} is not ready after ${deadlineMs / 1000} s: ${reason}${quoted}`,
  )
}

/**
 * Why the system does not serve; undefined when it does. Never outlives the signal.
 * @throws UsageError, BrokenClient when it never will
 */
const askOnce = (ask: ReadyRequest['ask'], signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const interrupt = () => resolve('it did not answer in time')
    signal.addEventListener('abort', interrupt)
    ask(signal)
      .then(
        () => resolve(undefined),
        (error: unknown) =>
          error instanceof UsageError || error instanceof BrokenClient
            ? reject(error)
            : resolve(messageOf(error)),
      )
      .finally(() => signal.removeEventListener('abort', interrupt))
  })

const failIfOneEnded = async (request: ReadyRequest): Promise<void> => {
  const { engine, nodes, systemName } = request
  const states = await Promise.all(
    nodes.map(async (node) => {
      const { State } = await engine.getContainer(node.container).inspect()
      return { node, State }
    }),
  )
  const ended = states.filter(({ State }) => !State.Running)
  if (ended.length === 0) return
  const names = ended.map(({ node, State }) => `${node.name} (exit code ${State.ExitCode})`)
  const quoted = await quoteLogs(
    request,
    ended.map(({ node }) => node),
  )
  throw new EnvironmentError(`${systemName} is not ready: ${names.join(', ')} ended${quoted}`)
}

/** The nodes that the reason names, or all of them. */
const concerned = (nodes: readonly DockerNode[], reason: string): readonly DockerNode[] => {
  const named = nodes.filter(({ name, addresses }) =>
    reason.split(/[^\w.-]+/).some((word) => word === name || word.startsWith(addresses.ipv4)),
  )
  return named.length > 0 ? named : nodes
}

const quoteLogs = async (
  { engine }: ReadyRequest,
  nodes: readonly DockerNode[],
): Promise<string> => {
  const quotes = await Promise.all(
    nodes.map(async (node) => {
      const lines = await lastLines(engine, node, quotedLines)
      return lines.length === 0
        ? [`  ${node.name} printed nothing`]
        : lines.map((line) => `  ${node.name}: ${line}`)
    }),
  )
  return `\n${quotes.flat().join('\n')}`
}
