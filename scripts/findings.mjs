/**
 * Hunts every seeded bug of the reference systems and keeps what is found under results/findings/, from which
 * the track record in docs/reference-systems.md is made (`npx tsx scripts/docs.ts`). What is there already is left
 * alone, so that it can be ended at any time and goes on where it was.
 *
 *   node scripts/findings.mjs [--again] [--budget 60s] [--shrink 60s] [--jobs 2] [SYSTEM | SYSTEM:BUG | SYSTEM:none …]
 *   node scripts/findings.mjs --containers 5 SYSTEM:BUG …     the same plans in containers, five times each
 *
 * `SYSTEM:none` is the correct build (--seeds 1..1000), which must give no alarm.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './setup.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    again: { type: 'boolean', default: false },
    budget: { type: 'string', default: '60s' },
    shrink: { type: 'string', default: '60s' },
    seeds: { type: 'string', default: '1..1000' },
    jobs: { type: 'string', default: String(cpus().length) },
    containers: { type: 'string' },
  },
})

const findings = join(root, 'results', 'findings')

/** Runs schism; resolves with its exit code and its document. */
const schism = (...args) =>
  new Promise((resolve, reject) => {
    const file = join(root, 'bin', 'schism.mjs')
    const options = { cwd: root, maxBuffer: 2 ** 30 }
    execFile(process.execPath, [file, ...args, '--json'], options, (error, out, err) => {
      if (error && ![1, 2].includes(error.code)) reject(new Error(err.trim() || error.message))
      else resolve({ code: error?.code ?? 0, document: JSON.parse(out) })
    })
  })

const write = (folder, name, value) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `${JSON.stringify({ version: 1, ...value }, null, 2)}\n`)
}

const secondsOf = ({ tookMs }) => Math.round(tookMs / 100) / 10

const huntBug = async (system, bug) => {
  const folder = join(findings, system, bug)
  const asked = ['budget', 'shrink', 'jobs'].flatMap((name) => [`--${name}`, values[name]])
  const { document } = await schism('hunt', system, '--bug', bug, ...asked, '--keep', findings)
  if (document.finding !== undefined) {
    rmSync(join(folder, 'missed.json'), { force: true })
    const { runs, huntS, after } = document.hunt
    return `${runs} runs, ${huntS} s; ${after.operations} operations, ${after.episodes} faults`
  }
  rmSync(folder, { recursive: true, force: true })
  const runs = document.trials.length
  write(folder, 'missed.json', { runs, huntS: secondsOf(document) })
  return `NOT FOUND in ${runs} runs, ${secondsOf(document)} s`
}

const huntCorrect = async (system) => {
  const asked = ['--seeds', values.seeds, '--budget', '1h', '--jobs', values.jobs, '--all']
  const { document } = await schism('hunt', system, ...asked)
  const count = (wanted) => document.trials.filter(({ outcome }) => outcome === wanted).length
  const violations = count('violation')
  const unknown = count('unknown')
  const failed = count('failed')
  const runs = document.trials.length
  const record = { runs, violations, unknown, failed, huntS: secondsOf(document) }
  write(join(findings, system), 'correct.json', record)
  return `${runs} runs, ${violations} violations, ${unknown} unknown, ${failed} failed`
}

const inContainers = async (system, bug) => {
  const folder = join(findings, system, bug)
  const plan = join(folder, 'plan.json')
  const asked = ['--plan', plan, '--cluster', 'docker', '--repeat', values.containers]
  const { document } = await schism('test', system, ...asked)
  const { violations, runs } = document.repeated
  write(folder, 'containers.json', { violations, runs })
  return `in containers ${violations} of ${runs}`
}

/** What to do with one bug, and the file that says that it was done. */
const taskOf = (system, bug) => {
  const folder = join(findings, system, bug)
  if (values.containers !== undefined)
    return { work: () => inContainers(system, bug), done: [join(folder, 'containers.json')] }
  if (bug === 'none')
    return { work: () => huntCorrect(system), done: [join(findings, system, 'correct.json')] }
  const done = ['plan.json', 'missed.json'].map((name) => join(folder, name))
  return { work: () => huntBug(system, bug), done }
}

const { document: list } = await schism('list')
const known = list.systems
  .filter(({ options }) => options.bug !== undefined)
  .map(({ name, options }) => ({ name, bugs: options.bug.choices }))
const wanted = positionals.length > 0 ? positionals : known.map(({ name }) => name)
for (const one of wanted) {
  const [name, only] = one.split(':')
  const system = known.find((system) => system.name === name)
  if (system === undefined || (only !== undefined && !system.bugs.includes(only))) {
    console.error(`findings: ${one}: no such system or bug`)
    process.exit(254)
  }
  const bugs = only === undefined ? system.bugs.filter((bug) => bug !== 'none') : [only]
  for (const bug of bugs) {
    const { work, done } = taskOf(name, bug)
    if (!values.again && done.some((path) => existsSync(path))) continue
    const said = await work().catch((error) => `FAILED: ${error.message}`)
    console.log(`${name} ${bug}: ${said}`)
  }
}
