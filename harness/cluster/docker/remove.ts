/**
 * Removes what runs created, found by its labels alone: so it works for a run that another process
 * started and did not live to end. Removing what is already gone, or being removed by somebody else
 * at this moment, is success.
 */
import { EnvironmentError, messageOf } from '../../errors.ts'
import { runCommand } from './channel.ts'
import { thawArgv } from './disks/storage.ts'
import { attempt, type Engine } from './engine.ts'
import { type Labels, labelOf } from './labels.ts'

export interface Removed {
  readonly containers: readonly string[]
  readonly networks: readonly string[]
  readonly volumes: readonly string[]
}

/** One thing with our labels. */
interface Thing {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** What must happen before any of the things is removed. */
  prepare?(): Promise<unknown>
  remove(): Promise<unknown>
}

/** Not found; conflict: "removal is already in progress". */
const goneAlready = [404, 409]

/**
 * Removes everything with our labels that `select` chooses, containers first because they hold the
 * rest.
 * @throws EnvironmentError naming what could not be removed, after trying everything
 */
export const removeLabelled = async (
  engine: Engine,
  select: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<Removed> => {
  const problems: string[] = []
  const removeAll = async (things: readonly Thing[]): Promise<readonly string[]> => {
    const chosen = things.filter(({ labels }) => select(labels))
    await Promise.all(chosen.map((thing) => thing.prepare?.()))
    const results = await Promise.allSettled(chosen.map((thing) => thing.remove()))
    for (const result of results)
      if (result.status === 'rejected') problems.push(messageOf(result.reason))
    return chosen.filter((_, n) => results[n]!.status === 'fulfilled').map(({ name }) => name)
  }
  const containers = await removeAll(await listContainers(engine))
  const [networks, volumes] = await Promise.all([
    listNetworks(engine).then(removeAll),
    listVolumes(engine).then(removeAll),
  ])
  if (problems.length > 0) throw new EnvironmentError(`clean-up failed: ${problems.join('; ')}`)
  return { containers, networks, volumes }
}

const filters = JSON.stringify({ label: [labelOf.run] })

const listContainers = async (engine: Engine): Promise<readonly Thing[]> => {
  const found = await attempt('list containers', () =>
    engine.listContainers({ all: true, filters }),
  )
  return found.map(({ Id, Names, Labels, State }) => {
    const name = (Names[0] ?? Id).replace(/^\//, '')
    const container = engine.getContainer(Id)
    const remove = async (): Promise<void> => {
      // A frozen process cannot die.
      if (State === 'paused')
        await attempt(`resume ${name}`, () => container.unpause(), goneAlready)
      const what = `remove container ${name}`
      await attempt(what, () => container.remove({ force: true, v: true }), goneAlready)
    }
    const image = Labels[labelOf.disks]
    if (image === undefined) return { name, labels: Labels, remove }
    // Nor can one that writes to a frozen file system.
    const isAgent = (other: { Labels: Labels; State: string }): boolean =>
      other.State === 'running' &&
      other.Labels[labelOf.run] === Labels[labelOf.run] &&
      other.Labels[labelOf.disks] !== undefined &&
      other.Labels[labelOf.member] === undefined
    const prepare = async (): Promise<void> => {
      if (isAgent({ Labels, State })) await runCommand(engine, Id, thawArgv).catch(() => {})
      else if (State === 'running' && !found.some(isAgent))
        await thawWithout(engine, Id, image, Labels).catch(() => {})
    }
    return { name, labels: Labels, remove, prepare }
  })
}

/** Thaws the file system of a node whose agent is gone, from a helper that mounts the same. */
const thawWithout = async (
  engine: Engine,
  id: string,
  image: string,
  labels: Labels,
): Promise<void> => {
  const { Mounts } = await engine.getContainer(id).inspect()
  const folders = Mounts.filter(({ Type }) => Type === 'volume').map(
    ({ Destination }) => Destination,
  )
  const helper = await engine.createContainer({
    Image: image,
    Cmd: ['sh', '-c', 'for folder; do fsfreeze -u "$folder"; done', 'sh', ...folders],
    Labels: { ...labels },
    HostConfig: {
      NetworkMode: 'none',
      VolumesFrom: [id],
      CapDrop: ['ALL'],
      CapAdd: ['SYS_ADMIN'],
      SecurityOpt: ['apparmor=unconfined', 'label=disable'],
    },
  })
  await helper.start()
  await helper.wait()
  await helper.remove({ force: true })
}

const listNetworks = async (engine: Engine): Promise<readonly Thing[]> => {
  const found = await attempt('list networks', () => engine.listNetworks({ filters }))
  return found.map(({ Id, Name, Labels }) => ({
    name: Name,
    labels: Labels ?? {},
    remove: () => attempt(`remove network ${Name}`, () => engine.getNetwork(Id).remove(), [404]),
  }))
}

const listVolumes = async (engine: Engine): Promise<readonly Thing[]> => {
  const found = await attempt('list volumes', () => engine.listVolumes({ filters }))
  return (found.Volumes ?? []).map(({ Name, Labels }) => ({
    name: Name,
    labels: Labels ?? {},
    remove: () => attempt(`remove volume ${Name}`, () => engine.getVolume(Name).remove(), [404]),
  }))
}
