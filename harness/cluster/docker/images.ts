/**
 * Provides the images that a run needs: the tested system's, unmodified, and the agent's. Where a
 * system names packages they are installed on the Debian base image; where it names a reference, or
 * the user does, that image is used as it is and pulled when it is not there. Two processes that
 * build the same image at the same time do the work twice and end with the same tag.
 */
import { pack } from 'tar-stream'
import { EnvironmentError, messageOf } from '../../errors.ts'
import type { ClusterRequest } from '../cluster.ts'
import { ensureBaseImage, imageId } from './base-image.ts'
import { agentPackages, imageTag, renderDockerfile } from './dockerfile.ts'
import type { Engine } from './engine.ts'
import { finished, type ProgressEvent, pullImage } from './pull.ts'

export interface PreparedImage {
  readonly name: string
  readonly id: string
}

export interface Images {
  readonly system: PreparedImage
  readonly agent: PreparedImage
}

type Waiting = Pick<ClusterRequest, 'progress' | 'signal'>

/** Builds or pulls what is not there yet; takes some ms when all is. */
export const prepareImages = async (engine: Engine, request: ClusterRequest): Promise<Images> => {
  const { system, systemName, progress, signal } = request
  const baseId = await ensureBaseImage(engine, progress, signal)
  const reference = request.image ?? ('reference' in system.image && system.image.reference)
  const wanted =
    typeof reference === 'string'
      ? referenced(engine, reference, request)
      : built(engine, systemName, packagesOf(request), baseId, request)
  const [agent, tested] = await Promise.all([agentImage(engine, baseId, request), wanted])
  return { agent, system: tested }
}

/** The agent's image if it is already built: `schism doctor` looks closer with it. */
export const findAgentImage = async (engine: Engine, baseId: string): Promise<string | undefined> =>
  imageId(engine, imageTag('agent', renderDockerfile(agentPackages), baseId))

const agentImage = (engine: Engine, baseId: string, waiting: Waiting): Promise<PreparedImage> =>
  built(engine, 'agent', agentPackages, baseId, waiting)

const packagesOf = (request: ClusterRequest): readonly string[] =>
  'packages' in request.system.image ? request.system.image.packages : []

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
  await build(engine, name, dockerfile, signal)
  const id = await imageId(engine, name)
  if (id === undefined) throw new EnvironmentError(`image ${name} was built but is not there`)
  return { name, id }
}

const build = async (
  engine: Engine,
  name: string,
  dockerfile: string,
  signal: AbortSignal,
): Promise<void> => {
  const context = pack()
  context.entry({ name: 'Dockerfile' }, dockerfile)
  context.finalize()
  const output: string[] = []
  const keep = ({ stream, error }: ProgressEvent) => output.push(stream ?? '', error ?? '')
  try {
    const stream = await engine.buildImage(context as unknown as NodeJS.ReadableStream, {
      t: name,
      // The bridge network may have no way out while the host has one.
      networkmode: 'host',
      forcerm: true,
      labels: { 'schism.image': name },
      buildargs: proxySettings(),
      abortSignal: signal,
    })
    await finished(engine, stream, keep)
  } catch (error) {
    signal.throwIfAborted()
    const lines = output
      .join('')
      .split('\n')
      .filter((line) => line.trim() !== '')
    const last = lines.length === 0 ? [messageOf(error)] : lines.slice(-8)
    throw new EnvironmentError(`image ${name} does not build:\n  ${last.join('\n  ')}`)
  }
}

/** The engine passes these to the build without keeping them in the image. */
const proxySettings = (): Record<string, string> =>
  Object.fromEntries(
    ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap(
      (name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]),
    ),
  )
