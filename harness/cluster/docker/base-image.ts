/**
 * Makes the Debian base image once a machine: pulled where the engine reaches a registry, otherwise
 * made from Debian packages with debootstrap, from the mirror that this machine's apt uses. What
 * the release's own slim image leaves out (documentation, locales) is left out here too, and
 * services do not start when they are installed.
 */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { EnvironmentError } from '../../errors.ts'
import {
  type AptSource,
  downloadSettings,
  keyring,
  mirrorOf,
  parseAptSources,
  release,
  renderAptSources,
} from './apt-sources.ts'
import { baseImage } from './dockerfile.ts'
import { attempt, type Engine } from './engine.ts'
import { finished, pullImage } from './pull.ts'
import { withTempFolder } from './temp-folder.ts'

/** By plain name: the engine's configuration says which registry that is. */
const published = `debian:${release}-slim`

/** Returns the id of the base image, made if there is none yet. */
export const ensureBaseImage = async (
  engine: Engine,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> => {
  const known = await imageId(engine, baseImage)
  if (known !== undefined) return known
  const [repo, tag] = baseImage.split(':') as [string, string]
  progress(`base image: pulling ${published}`)
  const isPulled = await pullImage(engine, published, signal).then(
    () => true,
    () => false,
  )
  signal.throwIfAborted()
  if (isPulled)
    await attempt(`tag ${published}`, () => engine.getImage(published).tag({ repo, tag }))
  else {
    progress('base image: no registry answers, making it from Debian packages (about 45 s)')
    await bootstrap(engine, repo, tag, signal)
  }
  const id = await imageId(engine, baseImage)
  if (id === undefined) throw new EnvironmentError(`${baseImage} was made but is not there`)
  return id
}

/** The id of a local image; undefined when there is none of that name. */
export const imageId = async (engine: Engine, name: string): Promise<string | undefined> =>
  (await attempt(`inspect image ${name}`, () => engine.getImage(name).inspect(), [404]))?.Id

const bootstrap = (engine: Engine, repo: string, tag: string, signal: AbortSignal) =>
  withTempFolder(async (folder) => {
    const sources = parseAptSources(await readAptSources())
    await debootstrap(folder, sources, signal)
    // A temporary folder is its owner's only; as the image's root it must be open to every user.
    await chmod(folder, 0o755)
    await slim(folder)
    await configureApt(folder, sources)
    const tar = execa('tar', ['-C', folder, '-c', '.'], { buffer: false, cancelSignal: signal })
    await attempt('import the base image', async () => {
      await finished(engine, await engine.importImage(tar.stdout, { repo, tag }))
      await tar
    })
  })

const readAptSources = async () => {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const paths = names.filter((name) => /\.(list|sources)$/.test(name)).map((n) => join(folder, n))
  return Promise.all(
    ['/etc/apt/sources.list', ...paths].map(async (name) => ({
      name,
      text: await readFile(name, 'utf8').catch(() => ''),
    })),
  )
}

const debootstrap = async (
  folder: string,
  sources: readonly AptSource[],
  signal: AbortSignal,
): Promise<void> => {
  const advice = `or give the engine access to a registry, or an image named ${baseImage}`
  const refusal = 'cannot make the base image: no registry answers and'
  const mirror = mirrorOf(sources)
  if (mirror === undefined)
    throw new EnvironmentError(
      `${refusal} the apt sources name no Debian ${release} mirror; add one, ${advice}`,
    )
  if (process.getuid?.() !== 0)
    throw new EnvironmentError(`${refusal} debootstrap needs root; run once as root, ${advice}`)
  const argv = ['--variant=minbase', `--keyring=${keyring}`, release, folder, mirror]
  const result = await execa('debootstrap', argv, {
    reject: false,
    all: true,
    cancelSignal: signal,
    // A cancelled child gets SIGTERM; debootstrap's own clean-up unmounts what it mounted.
    forceKillAfterDelay: 5000,
  })
  signal.throwIfAborted()
  if (result.code === 'ENOENT')
    throw new EnvironmentError(
      `${refusal} debootstrap is not installed; run apt-get install debootstrap, ${advice}`,
    )
  if (result.failed) {
    const lines = String(result.all).trim().split('\n').slice(-5).join('; ')
    throw new EnvironmentError(`cannot make the base image: debootstrap failed: ${lines}`)
  }
}

/** Documentation and caches would more than double the image and every image made from it. */
const slim = async (folder: string): Promise<void> => {
  const emptied = ['var/cache/apt', 'var/lib/apt/lists', 'var/log']
  const shared = ['doc', 'man', 'locale', 'info'].map((name) => `usr/share/${name}`)
  for (const path of [...emptied, ...shared]) {
    await rm(join(folder, path), { recursive: true, force: true })
    await mkdir(join(folder, path), { recursive: true })
  }
  const excludes = shared.map((path) => `path-exclude /${path}/*\n`).join('')
  // Nobody needs an image build to survive a power failure; without fsync it is several times
  // faster.
  await writeFile(join(folder, 'etc/dpkg/dpkg.cfg.d/schism'), `${excludes}force-unsafe-io\n`)
}

const configureApt = async (folder: string, sources: readonly AptSource[]): Promise<void> => {
  const apt = join(folder, 'etc/apt')
  await rm(join(apt, 'sources.list'), { force: true })
  await writeFile(join(apt, 'sources.list.d/debian.sources'), renderAptSources(sources))
  const dump = await execa('apt-config', ['dump'], { reject: false })
  const settings = [
    'APT::Install-Recommends "0";',
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    'Acquire::Languages "none";',
    downloadSettings(String(dump.stdout ?? '')),
  ]
  await writeFile(join(apt, 'apt.conf.d/schism'), settings.join('\n'))
  // 101: "not allowed". Packages must not start their services while an image is built.
  await writeFile(join(folder, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 })
}
