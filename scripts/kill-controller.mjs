/**
 * Kills the controller with SIGKILL at random moments of a run, and shows that nothing is lost or left
 * behind: `schism clean` removes every container, network and volume, and `schism check` judges every
 * history.
 *
 *   node scripts/kill-controller.mjs [times]
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './setup.mjs'

const times = Number(process.argv[2] ?? 20)
const schism = join(root, 'bin', 'schism.mjs')
const store = mkdtempSync(join(tmpdir(), 'schism-kill-'))

/** The longest a run lives: set-up, 15 s of faults, recovery and teardown. */
const LIFE_MS = 35_000

const call = (...args) =>
  spawnSync(process.execPath, [schism, ...args], { encoding: 'utf8', timeout: 120_000 })

/** What carries the run's label, of any kind. */
const left = (run) =>
  ['container', 'network', 'volume'].flatMap((kind) => {
    const all = kind === 'container' ? ['-a'] : []
    const { stdout } = spawnSync(
      'docker',
      [kind, 'ls', ...all, '-q', '--filter', `label=schism.run=${run}`],
      { encoding: 'utf8' },
    )
    return stdout.split('\n').filter((line) => line !== '')
  })

const once = async (nth) => {
  const before = new Set(readdirSync(store))
  const after = randomInt(200, LIFE_MS)
  const controller = spawn(
    process.execPath,
    [
      schism,
      'test',
      'redis-sentinel',
      '--workload',
      'set',
      '--faults',
      'partition,kill,pause',
    ].concat(['--time-limit', '15', '--seed', String(nth), '--store', store, '--quiet']),
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => controller.once('exit', resolve))
  await Promise.race([sleep(after), ended])
  controller.kill('SIGKILL')
  await ended
  const run = readdirSync(store).find((name) => name !== 'latest' && !before.has(name))
  const cleaned = call('clean')
  if (cleaned.status !== 0) return `clean exited with ${cleaned.status}: ${cleaned.stderr}`
  if (run === undefined) return `killed after ${after} ms, before the run began`
  const rest = left(run)
  if (rest.length > 0) throw new Error(`${run}: left behind: ${rest.join(', ')}`)
  if (!existsSync(join(store, run, 'run.json'))) return `killed after ${after} ms, before the plan`
  const checked = call('check', join(store, run))
  if (![0, 1, 2].includes(checked.status))
    throw new Error(`${run}: check exited with ${checked.status}: ${checked.stderr}`)
  const { size } = statSync(join(store, run, 'history.jsonl'))
  return `killed after ${after} ms: ${size} bytes of history judged (exit ${checked.status}), nothing left`
}

try {
  // Building images takes longer than a run: without this the first kills would all fall into it.
  call('test', 'redis-sentinel', '--time-limit', '1', '--quiet', '--store', store)
  for (let nth = 1; nth <= times; nth++) console.log(`${nth}/${times}  ${await once(nth)}`)
  console.log(`killed ${times} controllers: nothing left behind, every history judged`)
} finally {
  rmSync(store, { recursive: true })
}
