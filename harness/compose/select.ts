/**
 * Which services of a compose file are tested, which ones run beside them because they need them, and what the
 * containers of each are called: as the service where it has one, else `service-1`, `service-2`, ….
 */
import picomatch from 'picomatch'
import type { Member } from '../api.ts'
import { suggestion } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import type { ComposeFile } from './read.ts'

/** The services that take part in a test. */
export interface Selection {
  readonly tested: readonly string[]
  readonly helpers: readonly string[]
}

/** @throws UsageError for a glob that matches nothing */
export const select = (
  file: ComposeFile,
  {
    services,
    helpers,
  }: { readonly services: readonly string[]; readonly helpers: readonly string[] },
): Selection => {
  const tested = matching(file, services)
  const beside = matching(file, helpers)
  const needed = new Set([...tested, ...beside])
  for (const name of needed) for (const other of neededBy(file, name)) needed.add(other)
  for (const name of needed) refuseCircle(file, [name])
  const rest = file.names.filter((name) => !needed.has(name))
  if (rest.length > 0)
    file.remark(`not started, for nothing that is tested depends on it: ${rest.join(', ')}`)
  return { tested, helpers: [...needed].filter((name) => !tested.includes(name)) }
}

/** The containers of one service. A service that is tested alone may be asked for in another size. */
export const membersOf = (
  file: ComposeFile,
  service: string,
  role: 'server' | 'helper',
  size = replicasOf(file, service),
): readonly Member[] => {
  const names =
    size === 1 ? [service] : Array.from({ length: size }, (_, n) => `${service}-${n + 1}`)
  return names.map((name) => ({ name, role, serves: role === 'server' }))
}

export const replicasOf = (file: ComposeFile, service: string): number => {
  const { scale, deploy } = file.service(service)
  const replicas = scale ?? deploy?.replicas ?? 1
  if (replicas === 0) throw file.wrong(['services', service], 'has no replicas')
  return replicas
}

/** The services that one cannot be without. */
const neededBy = (file: ComposeFile, name: string): readonly string[] => {
  const { depends_on = {}, links = [] } = file.service(name)
  const named = [...Object.keys(depends_on), ...links.map((link) => link.split(':')[0]!)]
  for (const other of named)
    if (!file.names.includes(other))
      throw file.wrong(
        ['services', name, other in depends_on ? 'depends_on' : 'links'],
        `unknown service ${JSON.stringify(other)}${suggestion(other, file.names)}`,
      )
  return named
}

/** Containers that wait for each other would never start. */
const refuseCircle = (file: ComposeFile, way: readonly string[]): void => {
  const last = way.at(-1)!
  for (const other of neededBy(file, last)) {
    if (other === way[0])
      throw file.wrong(
        ['services', last, 'depends_on'],
        `${other} waits for itself: ${[...way, other].join(', ')}`,
      )
    if (!way.includes(other)) refuseCircle(file, [...way, other])
  }
}

const matching = (file: ComposeFile, globs: readonly string[]): readonly string[] => {
  const found = globs.map((glob) => {
    const matches = picomatch(glob)
    const matched = file.names.filter((name) => matches(name))
    if (matched.length > 0) return matched
    throw new UsageError(
      `${file.file}: no service is called ${JSON.stringify(glob)}${suggestion(glob, file.names)}`,
    )
  })
  return [...new Set(found.flat())]
}
