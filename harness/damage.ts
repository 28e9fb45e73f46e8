/**
 * What the faults that damage files have in common: whom they may hit, where, and what shows it. Which bytes
 * follows from the plan's own seed and the files that are there. No replicated system promises to survive
 * damage on a majority, so more than a minority needs `force`.
 *
 * Damage is not undone: to put bytes back under a system that has written since would be damage of another
 * kind. So healing ends the fault and starts what it killed; whether the node then runs is the system's own
 * answer to its damaged data, told as it is.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Evidence } from '../checkers/ledger.ts'
import type { Cluster, Injection, Topology } from './api.ts'
import type { DataEdit, DataFile } from './capabilities/disks.ts'
import { minorityOf, resolveTargets, type Targets, targets } from './targets.ts'

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

/** Why a plan must not run, if it may hit more than a minority and does not say `force`. */
export const refuseDamage = (
  { targets, force }: { readonly targets: Targets; readonly force?: true },
  { members }: Topology,
): string | undefined =>
  force === true
    ? undefined
    : tooMany(
        countOf(
          targets,
          members.map(({ role }) => role),
        ),
        members.length,
      )

const tooMany = (hit: number, of: number): string | undefined =>
  hit <= minorityOf(of)
    ? undefined
    : `would damage ${hit} of ${of} nodes, more than a minority: choose fewer, or say "force": true`

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

/** The nodes that a plan means, killed where it says so. @throws Error when they are too many */
export const takeAim = async (cluster: Cluster, plan: DamagePlan): Promise<readonly string[]> => {
  const names = await resolveTargets(cluster, plan.targets)
  const refusal = plan.force === true ? undefined : tooMany(names.length, cluster.nodes.length)
  if (refusal !== undefined) throw new Error(refusal)
  if (plan.killFirst === true) await cluster.processes!.kill(names)
  return names
}

/** The files that hold something and match. @throws Error when there are none */
export const filesToDamage = async (
  cluster: Cluster,
  node: string,
  glob: string,
): Promise<readonly DataFile[]> => {
  const files = (await cluster.disks!.list(node, glob)).filter(({ bytes }) => bytes > 0)
  if (files.length > 0) return files
  const all = await cluster.disks!.list(node, '**/*')
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

/** Starts what was killed, and what did not live on with its damaged data. */
export const healDamage = async (cluster: Cluster): Promise<void> => {
  // A node that refuses its data has answered: no failure of the healing.
  await Promise.all(
    cluster.nodes.map(({ name }) => cluster.processes!.start([name]).catch(() => {})),
  )
}

/** Nothing further is damaged. What stands and who runs is told as it is. */
export const damageHealed = async (
  cluster: Cluster,
  { targets, done }: Injection<DamageDone>,
): Promise<Evidence> => {
  const damage = done?.damage ?? []
  const [now, states] = await Promise.all([
    Promise.all(targets.map((node) => standing(cluster, node, damage))),
    Promise.all(targets.map((name) => cluster.processes!.state(name))),
  ])
  const left = now.reduce((sum, count) => sum + count, 0)
  const dead = targets.filter((_, place) => states[place]!.state === 'gone')
  const running =
    dead.length === 0 ? 'the nodes run right after' : `${dead.join(', ')} ended on damaged data`
  return {
    held: true,
    summary: `nothing further; ${left} of ${damage.length} damaged places stand as they were left, for good; ${running}`,
    details: { dead },
  }
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
