/** How a service's containers start, from what a compose file says of it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import parseBytes from 'bytes'
import { suggestion } from '../catalog.ts'
import type { ContainerSettings, Image, NodeSpec, StartsAfter } from '../container.ts'
import { type ComposeFile, valuesOf } from './read.ts'
import type { Service, Source } from './schema.ts'
import { type Place, storageOf } from './volumes.ts'

/** Which containers a service has. */
export type ContainersOf = (service: string) => readonly string[]

export const specOf = (file: ComposeFile, place: Place, containersOf: ContainersOf): NodeSpec => {
  const service = file.service(place.service)
  const { entrypoint, command } = service
  const { dataFolder, ...storage } = storageOf(file, place)
  const granted = grantsOf(file, place.service)
  return {
    argv: [...(entrypoint ?? []), ...(command ?? [])],
    env: file.environment(place.service),
    ...(service.user === undefined ? {} : { user: service.user }),
    ...(dataFolder === undefined ? {} : { dataFolder }),
    ...(service.stop_signal === undefined ? {} : { stopSignal: service.stop_signal }),
    files: granted.files,
    settings: {
      ...(entrypoint === undefined ? { entryPoint: 'image' } : {}),
      ...settingsOf(service),
      ...storage,
      binds: [...storage.binds, ...granted.binds],
      aliases: aliasesOf(file, place),
      after: afterOf(service, containersOf),
    },
  }
}

export const imageOf = (file: ComposeFile, name: string): Image => {
  const { image, build } = file.service(name)
  if (build === undefined) {
    if (image !== undefined) return { reference: image }
    throw file.wrong(['services', name], 'expected image or build')
  }
  const folder = resolve(file.folder, build.context)
  if (/^(https?:|git@|git:)|\.git(#|$)/.test(build.context))
    throw file.wrong(
      ['services', name, 'build'],
      `${build.context}: expected a folder of this machine`,
    )
  const { dockerfile = 'Dockerfile', args = {}, target } = build
  if (!existsSync(join(folder, dockerfile)))
    throw file.wrong(['services', name, 'build'], `no Dockerfile at ${join(folder, dockerfile)}`)
  return {
    build: {
      folder,
      dockerfile,
      args: valuesOf(args),
      ...(target === undefined ? {} : { target }),
    },
  }
}

/** The command that says whether a service is well; undefined where there is none. */
export const healthOf = ({ healthcheck }: Service): readonly string[] | undefined => {
  if (healthcheck?.test === undefined || healthcheck.disable === true) return undefined
  const [kind, ...words] = healthcheck.test
  if (kind === 'NONE') return undefined
  if (kind === 'CMD-SHELL') return ['sh', '-c', words.join(' ')]
  return kind === 'CMD' ? words : [kind!, ...words]
}

/** The ports inside a service's containers that it names, published or not. */
export const portsOf = (file: ComposeFile, name: string): readonly number[] => {
  const { ports = [], expose = [] } = file.service(name)
  const found = [
    ...ports.map((port, at) => ({ port, at, key: 'ports' })),
    ...expose.map((port, at) => ({ port, at, key: 'expose' })),
  ]
  const numbers = found.flatMap(({ port, at, key }) => {
    const entry = typeof port === 'string' ? port : `${port.target}/${port.protocol ?? 'tcp'}`
    const [, first, last, protocol] =
      /(?:^|:)(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(entry) ?? []
    if (first === undefined)
      throw file.wrong(
        ['services', name, key, at],
        `${JSON.stringify(entry)}: expected a port such as 6379 or 8080:80`,
      )
    if (protocol !== undefined && protocol !== 'tcp') return []
    const from = Number(first)
    return Array.from({ length: Number(last ?? first) - from + 1 }, (_, n) => from + n)
  })
  return [...new Set(numbers)]
}

const settingsOf = (service: Service): ContainerSettings => {
  const { working_dir, hostname, extra_hosts, cap_add, sysctls, ulimits, shm_size } = service
  const health = healthOf(service)
  const shared = shm_size === undefined ? null : parseBytes.parse(shm_size)
  const kernel = Object.entries(sysctls ?? {}).map(([key, value]) => [key, value ?? ''] as const)
  return {
    ...(working_dir === undefined ? {} : { workingFolder: working_dir }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(extra_hosts === undefined ? {} : { hosts: extra_hosts }),
    ...(cap_add === undefined ? {} : { capabilities: cap_add }),
    ...(sysctls === undefined ? {} : { sysctls: Object.fromEntries(kernel) }),
    ...(ulimits === undefined
      ? {}
      : { limits: Object.entries(ulimits).map(([name, limit]) => ({ name, ...limit })) }),
    ...(shared === null ? {} : { sharedMemoryBytes: shared }),
    ...(service.init === true ? { init: true } : {}),
    ...(service.read_only === true ? { readOnly: true } : {}),
    ...(health === undefined ? {} : { health }),
  }
}

/** Under which names others find a container, beside its own. */
const aliasesOf = (file: ComposeFile, { service, node }: Place): readonly string[] => {
  const { container_name, hostname, networks = [] } = file.service(service)
  const names = [service, container_name, hostname, ...networks.flatMap(({ aliases }) => aliases)]
  return [...new Set(names.filter((name) => name !== undefined && name !== node) as string[])]
}

const afterOf = (service: Service, containersOf: ContainersOf): readonly StartsAfter[] => {
  const linked = (service.links ?? []).map((link) => [link.split(':')[0]!, 'started'] as const)
  const needed = [...linked, ...Object.entries(service.depends_on ?? {})]
  return needed.flatMap(([other, until]) => containersOf(other).map((name) => ({ name, until })))
}

/** What configs and secrets put into a container. */
const grantsOf = (
  file: ComposeFile,
  name: string,
): {
  readonly files: Readonly<Record<string, string>>
  readonly binds: { from: string; to: string }[]
} => {
  const { configs = [], secrets = [] } = file.service(name)
  const granted = [
    ...configs.map((grant) => ({ ...grant, kind: 'configs' as const, folder: '/' })),
    ...secrets.map((grant) => ({ ...grant, kind: 'secrets' as const, folder: '/run/secrets' })),
  ]
  const files: Record<string, string> = {}
  const binds: { from: string; to: string }[] = []
  for (const { source, target = source, kind, folder } of granted) {
    const known = file[kind]
    const from = known[source]
    if (from === undefined)
      throw file.wrong(
        ['services', name, kind],
        `unknown ${kind.slice(0, -1)} ${JSON.stringify(source)}${suggestion(source, Object.keys(known))}`,
      )
    const to = resolve(folder, target)
    if (from.file !== undefined) {
      const path = resolve(file.folder, from.file)
      if (!existsSync(path)) throw file.wrong([kind, source], `no file at ${path}`)
      binds.push({ from: path, to })
    } else files[to] = contentOf(file, [kind, source], from)
  }
  return { files, binds }
}

const contentOf = (file: ComposeFile, path: readonly string[], source: Source): string => {
  const { content, environment } = source
  const found = content ?? (environment === undefined ? undefined : process.env[environment])
  if (found !== undefined) return found
  throw file.wrong(
    path,
    'expected file, content or the name of an environment variable that is set',
  )
}
