/**
 * What a container is given beyond its program, in the engine's words, and what is copied into it. What belongs to the
 * network is the holder's, which owns that; everything else is the node's.
 */
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Container, ContainerCreateOptions, HostConfig, MountConfig } from 'dockerode'
import { execa } from 'execa'
import type { ContainerSettings, Copy } from '../../container.ts'
import { EnvironmentError } from '../../errors.ts'

/** Of the container as such. */
export const containerSettings = ({
  workingFolder,
}: ContainerSettings): Partial<ContainerCreateOptions> =>
  workingFolder === undefined ? {} : { WorkingDir: workingFolder }

/** Of the machine around it. */
export const hostSettings = (settings: ContainerSettings): HostConfig => {
  const { capabilities, limits, sharedMemoryBytes, memoryFolders, init, readOnly } = settings
  return {
    ...(capabilities === undefined ? {} : { CapAdd: [...capabilities] }),
    ...(limits === undefined
      ? {}
      : {
          Ulimits: limits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
        }),
    ...(sharedMemoryBytes === undefined ? {} : { ShmSize: sharedMemoryBytes }),
    ...(memoryFolders === undefined ? {} : { Tmpfs: { ...memoryFolders } }),
    ...(init === undefined ? {} : { Init: true }),
    ...(readOnly === undefined ? {} : { ReadonlyRootfs: true }),
  }
}

/** Of its network. */
export const networkSettings = ({ hosts, sysctls }: ContainerSettings): HostConfig => ({
  ...(hosts === undefined ? {} : { ExtraHosts: [...hosts] }),
  ...(sysctls === undefined ? {} : { Sysctls: { ...sysctls } }),
})

export const bindsOf = ({ binds = [] }: ContainerSettings): MountConfig =>
  binds.map(({ from, to }) => ({ Type: 'bind', Source: from, Target: to, ReadOnly: true }))

/** Copies a file or the content of a folder into a container that does not run, with its owners and modes. */
export const copyInto = async (container: Container, { from, to }: Copy): Promise<void> => {
  const isFolder = (await stat(from)).isDirectory()
  // A file takes the name that it has in the container.
  const rename = `s,^${basename(from).replaceAll(/[.*[\]^$\\,]/g, '\\$&')}$,${basename(to)},`
  const argv = isFolder
    ? ['-C', from, '-c', '.']
    : ['-C', dirname(from), '--transform', rename, '-c', basename(from)]
  const tar = execa('tar', argv, { buffer: false, reject: false })
  await container.putArchive(tar.stdout, { path: isFolder ? to : dirname(to) })
  if ((await tar).failed) throw new EnvironmentError(`cannot read all of ${from}`)
}
