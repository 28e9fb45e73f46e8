/**
 * Provides the images that a run needs: the tested system's, unmodified, and the agent's. Where a
 * system names packages they are installed on the Debian base image; where it names a reference, or
 * the user does, that image is used as it is and pulled when it is not there. Two processes that
 * build the same image at the same time do the work twice and end with the same tag.
 */
import { pack } from 'tar-stream'
import type { Image, Member } from '../../api.ts'
import type { ImageBuild } from '../../container.ts'
import { EnvironmentError } from '../../errors.ts'
import type { ClusterRequest } from '../cluster.ts'
import { ensureBaseImage, imageId } from './base-image.ts'
import { buildImage, type PreparedImage } from './build.ts'
import { agentPackages, imageTag, renderDockerfile } from './dockerfile.ts'
import type { Engine } from './engine.ts'
import { pullImage } from './pull.ts'

export interface Images {
  readonly system: PreparedImage
  readonly agent: PreparedImage
  /** Of a member or helper that has another one than the system's. */
  readonly of: (member: Member) => PreparedImage
}

type Waiting = Pick<ClusterRequest, 'progress' | 'signal'>

/**
 * Builds or pulls what is not there yet; takes some ms when all is.
 * @param members all that will run
 */
export const prepareImages = async (
  engine: Engine,
  request: ClusterRequest,
  members: readonly Member[],
): Promise<Images> => {
  const { system, systemName, progress, signal } = request
  const baseId = await ensureBaseImage(engine, progress, signal)
  const known = new Map<string, Promise<PreparedImage>>()
  const prepared = (image: Image): Promise<PreparedImage> => {
    const key = JSON.stringify(image)
    const found = known.get(key) ?? prepare(engine, image, { systemName, baseId, request })
    known.set(key, found)
    return found
  }
  const imageOf = (member: Member): Image => system.imageOf?.(member) ?? system.image
  const tested =
    request.image === undefined
      ? prepared(system.image)
      : referenced(engine, request.image, request)
  const own = system.imageOf === undefined ? [] : members
  const [agent, main, ...rest] = await Promise.all([
    agentImage(engine, baseId, request),
    tested,
    ...own.map((member) => prepared(imageOf(member))),
  ])
  const byName = new Map(own.map(({ name }, at) => [name, rest[at]!]))
  return { agent, system: main, of: ({ name }) => byName.get(name) ?? main }
}

const prepare = (
  engine: Engine,
  image: Image,
  { systemName, baseId, request }: { systemName: string; baseId: string; request: ClusterRequest },
): Promise<PreparedImage> => {
  if ('reference' in image) return referenced(engine, image.reference, request)
  if ('packages' in image) return built(engine, systemName, image.packages, baseId, request)
  return builtFrom(engine, systemName, image.build, request)
}

/** The agent's image if it is already built: `schism doctor` looks closer with it. */
export const findAgentImage = async (engine: Engine, baseId: string): Promise<string | undefined> =>
  imageId(engine, imageTag('agent', renderDockerfile(agentPackages), baseId))

const agentImage = (engine: Engine, baseId: string, waiting: Waiting): Promise<PreparedImage> =>
  built(engine, 'agent', agentPackages, baseId, waiting)

const referenced = async (
  engine: Engine,
  name: string,
  { progress, signal }: Waiting,
): Promise<PreparedImage> => {
  const known = await imageId(engine, name)
  if (known !== undefined) return { name, id: known }
  progress(`image ${name}: pulling`)
  await pullImage(engine, name, signal)
  const id = await imageId(engine, name)
  if (id === undefined) throw new EnvironmentError(`image ${name} was pulled but is not there`)
  return { name, id }
}

const built = async (
  engine: Engine,
  label: string,
  packages: readonly string[],
  baseId: string,
  { progress, signal }: Waiting,
): Promise<PreparedImage> => {
  const dockerfile = renderDockerfile(packages)
  const name = imageTag(label, dockerfile, baseId)
  const known = await imageId(engine, name)
  if (known !== undefined) return { name, id: known }
  progress(`image ${name}: building with ${packages.join(', ')}`)
  const context = pack()
  context.entry({ name: 'Dockerfile' }, dockerfile)
  context.finalize()
  return buildImage(engine, context as unknown as NodeJS.ReadableStream, { name, args: {}, signal })
}

/** Built every time: the engine knows what it has built before, and what has changed since. */
const builtFrom = (
  engine: Engine,
  label: string,
  { folder, dockerfile, args, target }: ImageBuild,
  { progress, signal }: Waiting,
): Promise<PreparedImage> => {
  const name = imageTag(`own-${label}`, JSON.stringify([dockerfile, args, target]), folder)
  progress(`image ${name}: building from ${folder}`)
  const context = { context: folder, src: ['.'] }
  return buildImage(engine, context, { name, args, dockerfile, target, signal })
}
