/**
 * Where the data of a compose file's services lies in a run. Every node has its own: a volume that only one service
 * mounts is copied for each of its containers, so that faults of one node's disk are that node's alone. Volumes
 * that several services mount are shared, as the file says. What the file binds for writing is copied in: a test must
 * not change the folders of whoever runs it.
 */
import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BindMount, Copy, VolumeMount } from '../container.ts'
import type { ComposeFile } from './read.ts'
import { replicasOf } from './select.ts'

export interface Storage {
  /** The first volume that is the container's own: faults of disks reach it. */
  readonly dataFolder?: string
  readonly volumes: readonly VolumeMount[]
  readonly binds: readonly BindMount[]
  readonly copies: readonly Copy[]
  /** Folders in memory, with their options. */
  readonly memoryFolders: Readonly<Record<string, string>>
}

/** One entry of `volumes`, in one form. */
interface Mount {
  readonly kind: 'volume' | 'bind' | 'tmpfs'
  /** A volume's name, a path of this machine; undefined for a volume without a name. */
  readonly from: string | undefined
  readonly to: string
  readonly readOnly: boolean
}

/** The container of a service, among the services that take part in the test. */
export interface Place {
  readonly service: string
  readonly node: string
  readonly participants: readonly string[]
}

/** What a container keeps and sees. */
export const storageOf = (file: ComposeFile, place: Place): Storage => {
  const kept = mountsOf(file, place.service).map((mount) => keep(file, mount, place))
  const own = kept.flatMap((one) => (one.own === undefined ? [] : [one.own]))
  const [dataFolder, ...further] = own
  const memory = (file.service(place.service).tmpfs ?? []).map((entry) => {
    const [to, options = ''] = partsOf(entry)
    return { to: to!, options }
  })
  return {
    ...(dataFolder === undefined ? {} : { dataFolder }),
    volumes: [
      ...kept.flatMap(({ shared }) => shared ?? []),
      ...further.map((to, at) => ({ name: `${place.node}-${at + 2}`, to })),
    ],
    binds: kept.flatMap(({ bind }) => bind ?? []),
    copies: kept.flatMap(({ copy }) => copy ?? []),
    memoryFolders: Object.fromEntries(
      [...kept.flatMap((one) => one.memory ?? []), ...memory].map(({ to, options }) => [
        to,
        options,
      ]),
    ),
  }
}

/** What becomes of one mount. */
interface Kept {
  /** A folder on a volume of the container's own. */
  readonly own?: string
  readonly shared?: VolumeMount
  readonly bind?: BindMount
  readonly copy?: Copy
  readonly memory?: { readonly to: string; readonly options: string }
}

const keep = (file: ComposeFile, { kind, from, to, readOnly }: Mount, place: Place): Kept => {
  if (kind === 'tmpfs') return { memory: { to, options: '' } }
  if (kind === 'volume')
    return from !== undefined && isShared(file, from, place)
      ? { shared: { name: from, to } }
      : { own: to }
  const found = statSync(from!, { throwIfNoEntry: false })
  if (found === undefined) return { own: to }
  // The engine's socket would let a node leave the run.
  if (!found.isDirectory() && !found.isFile()) return {}
  if (readOnly) return { bind: { from: from!, to } }
  return { ...(found.isDirectory() ? { own: to } : {}), copy: { from: from!, to } }
}

/** Says what of a service's volumes is otherwise than in the file, one line each. */
export const remarkVolumes = (file: ComposeFile, place: Place): void => {
  const { service } = place
  const { dataFolder, volumes, copies } = storageOf(file, place)
  for (const { from, to } of copies)
    file.remark(
      `service ${service}: nodes get copies of ${from}: what they write to ${to} ends with the run`,
    )
  for (const { to } of volumes)
    file.remark(
      `service ${service}: faults of disks do not reach ${to}${dataFolder === undefined ? '' : `, only ${dataFolder}`}`,
    )
  for (const { kind, from } of mountsOf(file, service)) {
    const isNamed = kind === 'volume' && from !== undefined
    if (isNamed && !isShared(file, from, place) && replicasOf(file, service) > 1)
      file.remark(`service ${service}: each of its containers has a volume ${from} of its own`)
  }
  for (const mount of mountsOf(file, service))
    if (Object.keys(keep(file, mount, place)).length === 0)
      file.remark(`service ${service}: ${mount.from} is neither file nor folder and is left out`)
}

const isShared = (file: ComposeFile, volume: string, { service, participants }: Place): boolean =>
  participants.some(
    (other) =>
      other !== service &&
      mountsOf(file, other).some(({ kind, from }) => kind === 'volume' && from === volume),
  )

const mountsOf = (file: ComposeFile, service: string): readonly Mount[] =>
  (file.service(service).volumes ?? []).map((volume, at) => {
    const refuse = (message: string): never => {
      throw file.wrong(['services', service, 'volumes', at], message)
    }
    if (typeof volume === 'string') return shortMount(file, volume)
    const { type, source, target, read_only: readOnly = false } = volume
    switch (type) {
      case 'tmpfs':
        return { kind: 'tmpfs', from: undefined, to: target, readOnly }
      case 'volume':
        return { kind: 'volume', from: source, to: target, readOnly }
      case 'bind':
        if (source === undefined) return refuse('a bind has no source')
        return { kind: 'bind', from: pathOf(file, source), to: target, readOnly }
      default:
        return refuse(`type ${JSON.stringify(type)}: expected volume, bind or tmpfs`)
    }
  })

const shortMount = (file: ComposeFile, entry: string): Mount => {
  const [first, second, mode = ''] = partsOf(entry)
  const readOnly = mode.split(',').includes('ro')
  if (second === undefined) return { kind: 'volume', from: undefined, to: first!, readOnly }
  return /^[./~]/.test(first!)
    ? { kind: 'bind', from: pathOf(file, first!), to: second, readOnly }
    : { kind: 'volume', from: first, to: second, readOnly }
}

const pathOf = (file: ComposeFile, path: string): string =>
  path.startsWith('~') ? join(homedir(), path.slice(1)) : resolve(file.folder, path)

const partsOf = (entry: string): readonly string[] => entry.split(':')
