/**
 * Where the nodes' data folders live. Without disk faults each is a plain volume that nobody else sees. A
 * fault that needs `files` lets the agent see the same volumes. One that needs `volume` gives each node a
 * file system of its own: an ext4 in a file of the agent's container, on a loop device that the agent holds
 * by mounting it; the node's volume names that device, and the engine mounts it like any other. Both mounts
 * are of one file system, so what the agent does to it happens to the node.
 *
 * Nothing of it can be left behind, even by a killed controller: the loop device goes by itself when the
 * last mount of it goes (autoclear), the mounts with their containers, the file with the agent's.
 */
import type Docker from 'dockerode'
import type { Ability } from '../../../api.ts'
import type { Agent } from '../agent.ts'
import { type Labels, labelOf } from '../labels.ts'
import { runShell } from './programs.ts'

/** `plain`: out of the agent's sight; `visible` to it; `own`: file systems of their own. */
export type Storage = 'plain' | 'visible' | 'own'

/** What a schedule's needs ask for. */
export const storageFor = (needs: Readonly<Record<string, readonly Ability[]>>): Storage => {
  const wanted = Object.values(needs).flat()
  if (wanted.includes('volume')) return 'own'
  return wanted.includes('files') || wanted.includes('disk-rate') ? 'visible' : 'plain'
}

/** Where the agent sees a node's data. */
export const rootOf = (node: string): string => `/disks/${node}`

/** How the agent's container must be started beyond the usual. */
export type AgentStorage = Pick<Docker.HostConfig, 'DeviceCgroupRules' | 'Mounts'> & {
  readonly CapAdd: readonly string[]
}

/** To read and change what belongs to the users that nodes run as, and keep it theirs. */
const anyFile = ['DAC_OVERRIDE', 'FOWNER', 'CHOWN', 'FSETID']

/** Block devices of the loop driver, and the device that hands them out. */
const loopDevices = ['b 7:* rwm', 'c 10:237 rwm']

/** @param volumes node → its volume */
export const agentStorage = (
  storage: Storage,
  volumes: ReadonlyMap<string, string>,
  labels: Labels,
): AgentStorage => {
  if (storage === 'plain') return { CapAdd: [] }
  if (storage === 'own')
    return { CapAdd: [...anyFile, 'MKNOD'], DeviceCgroupRules: [...loopDevices] }
  const mounts = [...volumes].map(([node, volume]) => ({
    Type: 'volume' as const,
    Source: volume,
    Target: rootOf(node),
    VolumeOptions: {
      // What the image has in the folder is the node's to bring.
      NoCopy: true,
      Labels: { ...labels, [labelOf.member]: node },
      DriverConfig: { Name: 'local', Options: {} },
    },
  }))
  return { CapAdd: anyFile, Mounts: mounts }
}

/** Run in the agent's container: thaws what it froze. The kernel refuses for what is not frozen. */
export const thawArgv = [
  'sh',
  '-c',
  'for folder in /disks/*/; do fsfreeze -u "$folder" 2>/dev/null; done; true',
] as const

/** Options of the engine's `local` volume driver. */
export type VolumeOptions = Readonly<Record<'type' | 'device' | 'o', string>>

/** Nothing is written out by the clock alone for five minutes, as far as the file system decides it. */
export const mountOptions = 'commit=300,noinit_itable'

/** Sparse: what a run does not write takes no space. */
const imageSize = '2G'

/** Makes a node's file system where it is to have one of its own. @returns what its volume must say */
export const prepareVolume = async (
  agent: Promise<Agent>,
  storage: Storage,
  node: string,
): Promise<VolumeOptions | undefined> => {
  if (storage !== 'own') return undefined
  const device = await mountNew(await agent, rootOf(node), imageSize)
  return { type: 'ext4', device, o: mountOptions }
}

/** Writes out what the nodes' own file systems hold: what is lost later is what was written since. */
export const syncVolumes = async (
  agent: Agent,
  nodes: readonly { readonly name: string; readonly device: string | undefined }[],
): Promise<void> => {
  const own = nodes.filter(({ device }) => device !== undefined)
  await Promise.all(own.map(({ name }) => agent.run(['sync', '-f', rootOf(name)])))
}

/** Makes an ext4 in `<folder>.img` and mounts it on the folder. @returns its loop device */
export const mountNew = async (agent: Agent, folder: string, size: string): Promise<string> =>
  (await runShell(agent, `make a file system in ${folder}`, mountNewScript, [folder, size])).trim()

/**
 * `lost+found` would keep the engine from copying the image's content into an empty volume. A free loop
 * device may be taken by somebody else before it is ours: then the next one is tried. The container's own
 * /dev holds none: nodes are made as the kernel names them, perhaps by another of us at the same moment.
 */
const mountNewScript = String.raw`
set -e
folder=$1; image=$1.img
mkdir -p "$folder"
truncate -s "$2" "$image"
mkfs.ext4 -q -F -m 0 -E nodiscard,lazy_itable_init=1,lazy_journal_init=1 "$image"
debugfs -w -R 'rmdir lost+found' "$image" 2>/dev/null
[ -c /dev/loop-control ] || mknod /dev/loop-control c 10 237 2>/dev/null || true
for try in $(seq 20); do
  free=$(perl -e 'open(my $c, "+<", "/dev/loop-control") or die "/dev/loop-control: $!\n";
    my $n = ioctl($c, 0x4C82, 0) or die "no free loop device: $!\n"; print $n + 0')
  for number in $(seq "$free" $((free + 4))); do
    [ -b "/dev/loop$number" ] || mknod "/dev/loop$number" b 7 "$number" 2>/dev/null || true
  done
  if said=$(mount -t ext4 -o loop,${mountOptions} "$image" "$folder" 2>&1); then
    findmnt -no SOURCE "$folder"
    exit 0
  fi
  sleep 0.05
done
echo "$said" >&2
exit 1
`
