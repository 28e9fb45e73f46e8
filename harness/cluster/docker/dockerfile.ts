/**
 * What an image is made of, as text, and the tag that this text gives it. The tag is a digest of
 * the Dockerfile and of the base image's id: a changed package list is another image, the same one
 * is found again, and a second run builds nothing.
 */
import { createHash } from 'node:crypto'
import { UsageError } from '../../errors.ts'

/** The Debian system that images built here start from. */
export const baseImage = 'schism/base:bookworm'

/**
 * What the agent and the holders need: nft, tc, ip, ss, ping, nsenter, ps; iptables for queues where
 * nft has none; perl runs the agent's loop.
 */
export const agentPackages = [
  'nftables',
  'iproute2',
  'iptables',
  'iputils-ping',
  'procps',
  'util-linux',
  'perl-base',
] as const

/**
 * A Dockerfile that installs Debian packages on the base image. @throws UsageError for an odd name
 */
export const renderDockerfile = (packages: readonly string[]): string => {
  // A name ends up in a shell command, and a plug-in's author may have mistyped it.
  const odd = packages.find((name) => !/^[a-z0-9][a-z0-9+.-]*(=[\w.+:~-]+)?$/.test(name))
  if (packages.length === 0 || odd !== undefined)
    throw new UsageError(`image.packages: ${odd ?? 'an empty list'} is no Debian package name`)
  const install = [
    'export DEBIAN_FRONTEND=noninteractive',
    // OpenJDK's installation fails where a slim image has removed the folder.
    'mkdir -p /usr/share/man/man1',
    'apt-get update -qq',
    `apt-get install -y -qq --no-install-recommends ${packages.toSorted().join(' ')}`,
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/*',
  ].join(' && ')
  return `FROM ${baseImage}\nRUN ${install}\n`
}

/** `schism/<name>:<12 hex digits>`. */
export const imageTag = (name: string, dockerfile: string, baseId: string): string => {
  const digest = createHash('sha256').update(`${baseId}\n${dockerfile}`).digest('hex')
  return `schism/${name.toLowerCase()}:${digest.slice(0, 12)}`
}
