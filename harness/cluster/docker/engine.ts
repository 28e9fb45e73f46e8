/**
 * The connection to the Docker engine and the one place where its errors become ours: whatever the
 * engine refuses is an EnvironmentError of one line that says what was tried and why it failed.
 */
import Docker from 'dockerode'
import { EnvironmentError, messageOf } from '../../errors.ts'

export type Engine = Docker

/** An engine that answered, with what it says of itself. */
export interface EngineInfo {
  readonly version: string
  readonly api: string
  readonly kernel: string
  readonly system: string
  readonly storage: string
  readonly cgroup: string
}

/**
 * A client of the engine that DOCKER_HOST names, or of the default socket. Connects at the first
 * call.
 */
export const openEngine = (): Engine => {
  try {
    return new Docker()
  } catch (error) {
    throw new EnvironmentError(messageOf(error))
  }
}

/** Where the engine is looked for, as a person names it. */
export const engineAddress = (): string => process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'

/**
 * Whether containers' addresses can be reached from here: only when the engine shares our kernel.
 */
export const isLocal = (): boolean =>
  engineAddress().startsWith('unix://') || engineAddress().startsWith('/')

/** Asks the engine who it is. @throws EnvironmentError that says how to get an engine */
export const describeEngine = async (engine: Engine): Promise<EngineInfo> => {
  const [version, info] = await attempt('ask the Docker engine for its version', () =>
    Promise.all([engine.version(), engine.info() as Promise<Record<string, unknown>>]),
  )
  return {
    version: version.Version,
    api: version.ApiVersion,
    kernel: String(info.KernelVersion),
    system: String(info.OperatingSystem),
    storage: String(info.Driver),
    cgroup: `v${String(info.CgroupVersion ?? '1')}`,
  }
}

/** The engine's HTTP status of an error, if it is one. */
export const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'statusCode' in error
    ? Number(error.statusCode)
    : undefined

/** Why an engine call failed, on one line. */
export const reasonOf = (error: unknown): string => {
  const unreachable = whyUnreachable(error)
  if (unreachable !== undefined) return unreachable
  const body =
    typeof error === 'object' && error !== null && 'json' in error ? error.json : undefined
  if (typeof body === 'object' && body !== null && 'message' in body)
    return String(body.message).replaceAll(/\s*\n\s*/g, '; ')
  return messageOf(error)
}

/**
 * What is wrong between us and the engine, and what to do; undefined when the engine itself
 * refused.
 */
const whyUnreachable = (error: unknown): string | undefined => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : ''
  if (code === 'EACCES' || code === 'EPERM')
    return (
      `permission denied on ${engineAddress()}: run as root, or add your user to the group docker ` +
      '(usermod -aG docker $USER) and log in again'
    )
  if (['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT'].includes(String(code)))
    return `no Docker engine answers at ${engineAddress()}: run scripts/install-docker.sh`
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return `the Docker engine at ${engineAddress()} broke the connection off`
  return undefined
}

/**
 * Performs an engine call; `tolerate` lists the HTTP statuses that mean "already so" and give
 * undefined.
 * @throws EnvironmentError "cannot <what>: <why>", or why the engine cannot be reached at all
 */
export function attempt<T>(what: string, call: () => Promise<T>): Promise<T>
export function attempt<T>(
  what: string,
  call: () => Promise<T>,
  tolerate: readonly number[],
): Promise<T | undefined>
export async function attempt<T>(
  what: string,
  call: () => Promise<T>,
  tolerate: readonly number[] = [],
): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof EnvironmentError) throw error
    if (tolerate.includes(statusOf(error) ?? 0)) return undefined
    throw new EnvironmentError(whyUnreachable(error) ?? `cannot ${what}: ${reasonOf(error)}`)
  }
}
