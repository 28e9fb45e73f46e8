/**
 * What `npm start` and `npm test` do first, on a fresh clone as on an old one: dependencies, the build,
 * and a container engine where it was asked for. Needs nothing but Node: it runs before anything is
 * installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Runs a command in the project's folder with its output shown; ends everything when it fails. */
export const run = (command, args, env = {}) => {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (status !== 0) process.exit(status ?? 253)
}

const modified = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0)

/** Whether a Docker engine answers at DOCKER_HOST or the default socket. */
export const engineAnswers = () => {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  const target = host.startsWith('unix://')
    ? { socketPath: host.slice('unix://'.length), path: '/_ping' }
    : `${host.replace(/^tcp:/, 'http:')}/_ping`
  return new Promise((resolve) => {
    const request = get(target, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.setTimeout(3000, () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

/** Whether this machine may be given an engine without asking. */
const mayInstall = () => process.env.CI === 'true' || process.env.SCHISM_INSTALL_DOCKER === '1'

/** Brings the clone to where schism runs; resolves with whether an engine answers. */
export const setUp = async () => {
  // `npm ci` builds as well, by the package's own "prepare".
  if (modified('node_modules/.package-lock.json') < modified('package-lock.json'))
    run('npm', ['ci', '--no-audit', '--no-fund'])
  else run('npm', ['run', '--silent', 'build'])
  if (await engineAnswers()) return true
  if (!mayInstall()) {
    console.error(
      'No Docker engine answers. To get one: bash scripts/install-docker.sh (or set SCHISM_INSTALL_DOCKER=1).',
    )
    return false
  }
  run('bash', ['scripts/install-docker.sh'])
  return engineAnswers()
}
