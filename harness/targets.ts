/**
 * Whom a fault hits. A plan names nodes, or a role that is resolved at the moment of injection: who
 * leads is not known before the run.
 */
import { z } from 'zod'
import type { Cluster, Topology } from './api.ts'
import { monotonicMs } from './clock.ts'
import { EnvironmentError } from './errors.ts'
import type { Random } from './random.ts'

/** `primary`: whoever says that it leads; `all`: every node; else node names. */
export const targets = z.union([z.enum(['primary', 'all']), z.array(z.string()).min(1).readonly()])
export type Targets = z.infer<typeof targets>

/** How long an injection waits for somebody to lead, ms: an election may be under way. */
const ELECTION_MS = 10_000

/** The names of the nodes meant, now. @throws EnvironmentError when nobody leads or a name is unknown */
export const resolveTargets = async (
  cluster: Cluster,
  wanted: Targets,
): Promise<readonly string[]> => {
  const names = cluster.nodes.map(({ name }) => name)
  if (wanted === 'all') return names
  if (wanted !== 'primary') {
    const unknown = wanted.find((name) => !names.includes(name))
    if (unknown === undefined) return wanted
    throw new EnvironmentError(`no node is called ${unknown}: there are ${names.join(', ')}`)
  }
  const deadline = monotonicMs() + ELECTION_MS
  while (monotonicMs() < deadline) {
    const primaries = await cluster.primaries()
    if (primaries.length > 0) return primaries
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new EnvironmentError(`no node says that it leads, for ${ELECTION_MS / 1000} s`)
}

/** Names in a plan that the cluster does not have: checked before anything starts. */
export const unknownTargets = (wanted: Targets, topology: Topology): readonly string[] =>
  typeof wanted === 'string'
    ? []
    : wanted.filter((name) => !topology.members.some((member) => member.name === name))

/** A group of nodes to hit, from the most telling to the broadest; `nth` as in `Fault.plan`. */
export const planTargets = (
  topology: Topology,
  random: Random,
  nth: number,
  broadest: 'minority' | 'all',
): Targets => {
  const names = topology.members.map(({ name }) => name)
  if (nth === 0 && topology.hasPrimaries) return 'primary'
  const minority = Math.max(1, Math.floor((names.length - 1) / 2))
  const groups: Targets[] = [
    [random.pick(names)],
    random.shuffle(names).slice(0, minority),
    ...(topology.hasPrimaries ? (['primary'] as const) : []),
    ...(broadest === 'all' ? (['all'] as const) : []),
  ]
  return random.pick(groups)
}
