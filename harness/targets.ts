/**
 * Whom a fault hits. A plan names nodes, or a role that is resolved at the moment of injection: who
 * leads is not known before the run. What is drawn comes from the episode's own random stream, so that the
 * same seed hits the same nodes.
 */
import { z } from 'zod'
import type { Cluster, Member, Random, Topology } from './api.ts'
import { EnvironmentError } from './errors.ts'
import { random } from './random.ts'

/** The words that name nodes by what they do, or how many; with what they mean. */
export const targetWords = {
  primary: 'whoever says that it leads',
  leader: 'the same',
  followers: 'the nodes of the leader’s role that do not lead',
  all: 'every node',
  one: 'one node, drawn from the seed',
  minority: 'as many as may be lost while a majority remains, drawn from the seed',
  majority: 'a smallest majority, drawn from the seed',
} as const
type TargetWord = keyof typeof targetWords

const picks = ['one', 'minority', 'majority', 'all'] as const

/** A word, or the nodes of a role or that lead or follow (all, or as many as `pick` says), or names. */
export const targets = z.union(
  [
    z.string().min(1),
    z.strictObject({ role: z.string().min(1), pick: z.enum(picks).exactOptional() }),
    z.array(z.string().min(1)).min(1).readonly(),
  ],
  {
    error: `expected ${Object.keys(targetWords).join(', ')}, {"role": NAME, "pick": ${picks.join('|')}} or a list of nodes`,
  },
)
export type Targets = z.infer<typeof targets>

/** How long an injection waits for somebody to lead, ms: an election may be under way. */
const ELECTION_MS = 10_000
const ASK_MS = 50

/**
 * The names of the nodes meant, now. @throws EnvironmentError when nobody leads or a name is unknown
 */
export const resolveTargets = async (
  cluster: Cluster,
  wanted: Targets,
): Promise<readonly string[]> => {
  const { nodes } = cluster
  if (typeof wanted === 'object' && 'role' in wanted)
    return drawn(cluster, await withRole(cluster, wanted.role), wanted.pick ?? 'all')
  if (typeof wanted === 'object') {
    const unknown = wanted.find((name) => !nodes.some((node) => node.name === name))
    if (unknown === undefined) return wanted
    throw new EnvironmentError(`no node is called ${unknown}: there are ${namesOf(nodes)}`)
  }
  switch (wanted as TargetWord) {
    case 'primary':
    case 'leader':
      return leaders(cluster)
    case 'followers':
      return followersOf(nodes, await leaders(cluster))
    case 'all':
    case 'one':
    case 'minority':
    case 'majority':
      return drawn(cluster, nodes, wanted as (typeof picks)[number])
    default:
      return ofRole(nodes, wanted).map(({ name }) => name)
  }
}

/** How many of so many nodes. */
const sizeOf: Readonly<Record<(typeof picks)[number], (nodes: number) => number>> = {
  all: (nodes) => nodes,
  one: () => 1,
  minority: (nodes) => minorityOf(nodes),
  majority: (nodes) => Math.floor(nodes / 2) + 1,
}

/** The most nodes that can be lost while a majority remains, and at least one. */
export const minorityOf = (nodes: number): number => Math.max(1, Math.floor((nodes - 1) / 2))

const drawn = (
  cluster: Cluster,
  nodes: readonly Member[],
  pick: (typeof picks)[number],
): readonly string[] => {
  const names = nodes.map(({ name }) => name)
  if (pick === 'all') return names
  // Outside a run nothing is drawn from a seed: the same nodes every time.
  return (cluster.random ?? random(0)).shuffle(names).slice(0, sizeOf[pick](names.length))
}

const leaders = async (cluster: Cluster): Promise<readonly string[]> => {
  for (let waitedMs = 0; waitedMs < ELECTION_MS; waitedMs += ASK_MS) {
    const primaries = await cluster.primaries()
    if (primaries.length > 0) return primaries
    await cluster.sleep(ASK_MS)
  }
  throw new EnvironmentError(`no node says that it leads, for ${ELECTION_MS / 1000} s`)
}

const followersOf = (nodes: readonly Member[], leading: readonly string[]): readonly string[] => {
  const roles = new Set(nodes.filter(({ name }) => leading.includes(name)).map(({ role }) => role))
  const followers = nodes.filter(({ name, role }) => roles.has(role) && !leading.includes(name))
  if (followers.length === 0) throw new EnvironmentError('every node says that it leads')
  return followers.map(({ name }) => name)
}

const ofRole = (nodes: readonly Member[], role: string): readonly Member[] => {
  const members = nodes.filter((node) => node.role === role)
  if (members.length > 0) return members
  throw new EnvironmentError(`no node has the role ${role}: there are ${rolesOf(nodes)}`)
}

/** The nodes of a role, or those that lead or follow at this moment. */
const withRole = async (cluster: Cluster, role: string): Promise<readonly Member[]> => {
  if (!needsLeader(role)) return ofRole(cluster.nodes, role)
  const names = await resolveTargets(cluster, role)
  return cluster.nodes.filter(({ name }) => names.includes(name))
}

const namesOf = (members: readonly Member[]): string => members.map(({ name }) => name).join(', ')
const rolesOf = (members: readonly Member[]): string =>
  [...new Set(members.map(({ role }) => role))].join(', ')

/**
 * Names, roles and words in a plan that the cluster does not have, and `primary` where nobody can say who
 * leads: checked before anything starts.
 */
export const unknownTargets = (
  wanted: Targets,
  { members, hasPrimaries }: Topology,
): readonly string[] => {
  if (typeof wanted === 'object' && !('role' in wanted))
    return wanted.filter((name) => !members.some((member) => member.name === name))
  const word = typeof wanted === 'string' ? wanted : wanted.role
  if (members.some(({ role }) => role === word)) return []
  if (needsLeader(word)) return hasPrimaries ? [] : [word]
  return typeof wanted === 'string' && word in targetWords ? [] : [word]
}

const needsLeader = (word: string): boolean => ['primary', 'leader', 'followers'].includes(word)

/** Why a cluster has no such target: one line that names what it has. */
export const strangerMessage = (stranger: string, { members }: Topology): string => {
  if (needsLeader(stranger)) return `nobody can say who leads here, so nobody is ${stranger}`
  const words = Object.keys(targetWords).join(', ')
  return (
    `no node or role is called ${JSON.stringify(stranger)}; ` +
    `nodes: ${namesOf(members)}; roles: ${rolesOf(members)}; also ${words}`
  )
}

/** A group of nodes to hit, from the most telling to the broadest; `nth` as in `Fault.plan`. */
export const planTargets = (
  topology: Topology,
  random: Random,
  nth: number,
  broadest: 'minority' | 'all',
): Targets => {
  const names = topology.members.map(({ name }) => name)
  if (nth === 0 && topology.hasPrimaries) return 'primary'
  const groups: Targets[] = [
    [random.pick(names)],
    random.shuffle(names).slice(0, minorityOf(names.length)),
    ...(topology.hasPrimaries ? (['primary'] as const) : []),
    ...(broadest === 'all' ? (['all'] as const) : []),
  ]
  return random.pick(groups)
}

/** How many nodes a plan may hit at most, of all or of one role. */
export const mayHit = (wanted: Targets, members: readonly Member[], role?: string): number => {
  const own = role === undefined ? members : members.filter((member) => member.role === role)
  if (Array.isArray(wanted)) return own.filter(({ name }) => wanted.includes(name)).length
  const word = typeof wanted === 'string' ? wanted : undefined
  if (word === 'primary' || word === 'leader') return Math.min(1, own.length)
  if (word === 'followers') return Math.max(0, own.length - 1)
  if (word !== undefined && picks.some((pick) => pick === word))
    return Math.min(own.length, sizeOf[word as (typeof picks)[number]](members.length))
  const meant = typeof wanted === 'object' && 'role' in wanted ? wanted : { role: String(wanted) }
  const having = own.filter((member) => member.role === meant.role).length
  return Math.min(having, sizeOf[('pick' in meant && meant.pick) || 'all'](having))
}
