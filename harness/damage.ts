/**
 * What the faults that damage files have in common: whom they may hit, where, and what shows it. Which bytes
 * follows from the plan's own seed and the files that are there. No replicated system promises to survive
 * damage on a majority, so more than a minority needs `force`.
 *
 * Damage is not undone: to put bytes back under a system that has written since would be damage of another
 * kind. So healing ends the fault and starts what has ended. A node that refuses its damaged data is then
 * repaired as an operator does it, as long as a majority of its kind runs: it begins anew with an empty folder,
 * as a new member where the system has members. Since damage stays, and a system may take in new members only
 * while all the others are well (etcd), generated plans hit one and the same node all through a run.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Evidence } from '../checkers/ledger.ts'
import type { Cluster, Injection, Member, Random, Topology } from './api.ts'
import type { DataEdit, DataFile, Disks } from './capabilities/disks.ts'
import { minorityOf, resolveTargets, type Targets, targets, unknownTargets } from './targets.ts'

/** The fields of every plan that damages files. */
export const damageFields = {
  targets,
  /** The files that may be hit, relative to the data folder. */
  glob: z.string().min(1).default('**/*'),
  /** Draws the places. */
  seed: z.int().min(0),
  /** The nodes are killed first and find the damage when they start. */
  killFirst: z.literal(true).exactOptional(),
  /** More than a minority may be hit. */
  force: z.literal(true).exactOptional(),
}
const fields = z.strictObject(damageFields)
export type DamagePlan = z.output<typeof fields>

/** One place that was changed. */
export type Damage = {
  readonly node: string
  readonly path: string
  readonly at: number
  readonly bytes: number
  /** The content there before and after, in hex; a digest where it is long, nothing where it was cut off. */
  readonly was: string
  readonly is: string
  /** Whether it read back as planned at once. */
  readonly took: boolean
}
export type DamageDone = { readonly killed: boolean; readonly damage: readonly Damage[] }

/** Whom generated plans hit: always the last node that serves clients. */
export const planDamageTargets = ({ members }: Topology): Targets => [
  members.findLast(({ serves }) => serves)!.name,
]

/** A generated plan: the common fields with those of one fault. */
export const planDamage = <F>(
  topology: Topology,
  draw: Random,
  fields: (draw: Random) => F,
): DamagePlan & F => ({
  targets: planDamageTargets(topology),
  glob: '**/*',
  seed: draw.int(0, 2 ** 31 - 1),
  ...fields(draw),
  ...(draw.int(0, 1) === 1 ? { killFirst: true as const } : {}),
})

/** Why a plan must not run, if it may hit more than a minority and does not say `force`. */
export const refuseDamage = (
  { targets, force }: { readonly targets: Targets; readonly force?: true },
  { members }: Topology,
): string | undefined => {
  if (force === true) return undefined
  if (typeof targets === 'object' && !('role' in targets)) return tooManyOf(targets, members)
  const roles = members.map(({ role }) => role)
  return tooMany(countOf(targets, roles), members.length)
}

const tooMany = (hit: number, of: number): string | undefined =>
  hit <= minorityOf(of)
    ? undefined
    : `would damage ${hit} of ${of} nodes, more than a minority: choose fewer, or say "force": true`

/** The same for nodes that are known, by what they do: a minority of all may be a majority of the servers. */
const tooManyOf = (names: readonly string[], members: readonly Member[]): string | undefined =>
  [...new Set(members.map(({ role }) => role))]
    .map((role) => members.filter((member) => member.role === role))
    .map((alike) => tooMany(alike.filter(({ name }) => names.includes(name)).length, alike.length))
    .find((refusal) => refusal !== undefined)

/** How many nodes a plan may hit. */
const countOf = (wanted: Targets, roles: readonly string[]): number => {
  const picked: Readonly<Record<string, (of: number) => number>> = {
    all: (of) => of,
    one: () => 1,
    minority: minorityOf,
    majority: (of) => Math.floor(of / 2) + 1,
    followers: (of) => of - 1,
  }
  const having = (role: string) => roles.filter((other) => other === role).length
  if (typeof wanted === 'string')
    return picked[wanted]?.(roles.length) ?? Math.max(1, having(wanted))
  return 'role' in wanted ? picked[wanted.pick ?? 'all']!(having(wanted.role)) : wanted.length
}

/** The healing that is under way, by the disks it is about: two would repair each other's nodes. */
const healings = new WeakMap<Disks, Promise<void>>()

/** The nodes that a plan means, killed where it says so. @throws Error when they are too many */
export const takeAim = async (
  cluster: Cluster,
  plan: Pick<DamagePlan, 'targets' | 'killFirst' | 'force'>,
): Promise<readonly string[]> => {
  const names = await resolveTargets(cluster, plan.targets)
  const refusal = plan.force === true ? undefined : tooManyOf(names, cluster.nodes)
  if (refusal !== undefined) throw new Error(refusal)
  // A node that is being repaired has nothing that could be damaged.
  await healings.get(cluster.disks!)?.catch(() => {})
  if (plan.killFirst === true) await cluster.processes!.kill(names)
  return names
}

/** The files that hold something and match. @throws Error when there are none */
export const filesToDamage = async (
  cluster: Cluster,
  node: string,
  glob: string,
): Promise<readonly DataFile[]> => {
  let all = await cluster.disks!.list(node, '**/*')
  // One that began anew a moment ago has none yet.
  for (let tries = 0; all.length === 0 && tries < 20; tries++) {
    await cluster.sleep(100)
    all = await cluster.disks!.list(node, '**/*')
  }
  const files = (await cluster.disks!.list(node, glob)).filter(({ bytes }) => bytes > 0)
  if (files.length > 0) return files
  const some = all.slice(0, 5).map(({ path }) => path)
  throw new Error(
    `no file with content matches ${JSON.stringify(glob)} in the data folder of ${node}: ` +
      `it has ${all.length} files${some.length > 0 ? `, such as ${some.join(', ')}` : ''}`,
  )
}

/** Short content in hex, long content as a digest. */
export const fingerprint = (content: Buffer): string =>
  content.length <= 16
    ? content.toString('hex')
    : `sha256:${createHash('sha256').update(content).digest('hex').slice(0, 16)}`

/** What a place held and what it is to hold. */
export interface Change extends DataEdit {
  readonly was: Buffer
}

/** Overwrites places and says what became of each; one whose file has gone meanwhile was none. */
export const overwrite = async (
  cluster: Cluster,
  node: string,
  changes: readonly Change[],
): Promise<readonly Damage[]> => {
  const readBack = await cluster.disks!.write(node, changes)
  return changes.flatMap(({ path, at, was, content }, place): Damage[] => {
    const found = readBack[place]!
    if (found.length === 0) return []
    const took = found.equals(content) && !found.equals(was)
    const [before, after] = [fingerprint(was), fingerprint(found)]
    return [{ node, path, at, bytes: was.length, was: before, is: after, took }]
  })
}

/** Did it take hold? As it was read back right after each change. */
export const damageEvidence = ({ done }: Injection<DamageDone>): Evidence => {
  const took = done.damage.filter((one) => one.took).length
  const files = new Set(done.damage.map(({ node, path }) => `${node}:${path}`)).size
  return {
    held: done.damage.length > 0 && took === done.damage.length,
    summary: `${took} of ${done.damage.length} places in ${files} files read back damaged`,
  }
}

/** How long a node that was started must live to count as running on its data, ms. */
const LIVE_MS = 2000

/** How often a repair is begun again when another fault's healing has started the node meanwhile. */
const REPAIRS = 3

/** Starts what has ended, and repairs what ends again of it, on damaged data. */
export const healDamage = (cluster: Cluster): Promise<void> => {
  const disks = cluster.disks!
  const before = healings.get(disks) ?? Promise.resolve()
  const healing = before.catch(() => {}).then(() => startOrRepair(cluster))
  healings.set(disks, healing)
  return healing
}

const startOrRepair = async (cluster: Cluster): Promise<void> => {
  const all = cluster.nodes.map(({ name }) => name)
  const ended = await goneOf(cluster, all)
  // A node that refuses its data may do so at once: that is an answer, no failure of the healing.
  await Promise.all(ended.map((name) => cluster.processes!.start([name]).catch(() => {})))
  const suspects = (await cluster.disks!.damaged()).filter((name) => ended.includes(name))
  const deadline = cluster.uptimeMs() + LIVE_MS
  let refusing: readonly string[] = []
  while (refusing.length < suspects.length && cluster.uptimeMs() < deadline) {
    await cluster.sleep(100)
    refusing = await goneOf(cluster, suspects)
  }
  const gone = await goneOf(cluster, all)
  const repairable = refusing.filter((name) => majorityRuns(cluster.nodes, name, gone))
  if (repairable.length > 0) await beginAnew(cluster, repairable)
}

/** Whether others can make a node whole that begins anew: most of those that do the same work run. */
const majorityRuns = (nodes: readonly Member[], name: string, gone: readonly string[]): boolean => {
  const { role } = nodes.find((node) => node.name === name)!
  const alike = nodes.filter((node) => node.role === role)
  return alike.filter((node) => !gone.includes(node.name)).length > alike.length / 2
}

/** What operators do with a broken member: its data is thrown away and it joins as a new one. */
const beginAnew = async (cluster: Cluster, names: readonly string[]): Promise<void> => {
  for (let round = 1; ; round++) {
    try {
      await cluster.processes!.kill(names)
      await cluster.processes!.wipe(names)
      break
    } catch (error) {
      if (round === REPAIRS) throw error
    }
  }
  await cluster.membership?.restore()
  await cluster.processes!.start(names)
}

const goneOf = async (cluster: Cluster, names: readonly string[]): Promise<readonly string[]> => {
  const states = await Promise.all(names.map((name) => cluster.processes!.state(name)))
  return names.filter((_, place) => states[place]!.state === 'gone')
}

/** Nothing further is damaged. What stands and who runs is told as it is. */
export const damageHealed = async (
  cluster: Cluster,
  { targets, done }: Injection<DamageDone>,
): Promise<Evidence> => {
  const damage = done?.damage ?? []
  const [now, dead, damaged] = await Promise.all([
    Promise.all(targets.map((node) => standing(cluster, node, damage))),
    goneOf(cluster, targets),
    cluster.disks!.damaged(),
  ])
  const left = now.reduce((sum, count) => sum + count, 0)
  const anew = targets.filter((name) => !damaged.includes(name))
  const told = [
    ...(damage.length > 0
      ? [`${left} of ${damage.length} damaged places stand as they were left, for good`]
      : []),
    ...(anew.length > 0 ? [`${anew.join(', ')} refused its data and began anew, empty`] : []),
    dead.length > 0 ? `${dead.join(', ')} ended on damaged data` : 'the nodes run right after',
  ]
  const held = dead.every((name) => damaged.includes(name))
  return { held, summary: told.join('; '), details: { dead, anew } }
}

/** How many of a node's damaged places hold what they were left with. */
const standing = async (
  cluster: Cluster,
  node: string,
  damage: readonly Damage[],
): Promise<number> => {
  const own = damage.filter((one) => one.node === node)
  const now = await cluster.disks!.read(node, own)
  return own.filter(({ is }, place) => fingerprint(now[place]!) === is).length
}

/** Damages each node that a plan means. */
export const damageEach = async <P extends DamagePlan>(
  cluster: Cluster,
  plan: P,
  damageIn: (cluster: Cluster, node: string, plan: P) => Promise<readonly Damage[]>,
): Promise<Injection<DamageDone>> => {
  const names = await takeAim(cluster, plan)
  const damage = await Promise.all(names.map((name) => damageIn(cluster, name, plan)))
  return { targets: names, done: { killed: plan.killFirst === true, damage: damage.flat() } }
}

/** What all faults that damage files have in common, whatever they do to bytes. */
export const onFiles = <P extends DamagePlan>() =>
  ({
    unknownNodes: (plan: P, topology: Topology) => unknownTargets(plan.targets, topology),
    refuses: (plan: P, topology: Topology) => refuseDamage(plan, topology),
    needs: ['files', 'processes'],
    observe: async (_: Cluster, injection: Injection<DamageDone>) => damageEvidence(injection),
    heal: healDamage,
    healed: damageHealed,
  }) as const
