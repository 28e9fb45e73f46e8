/** The real `schism ci` and `schism merge` in the simulation: exit codes of every outcome, reports, interrupts. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type CaseRecord, type CiRecord, ciRecord } from '../../results/ci/record.ts'

/** Each plays whole matrices, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

const stepSummary = join(folder, 'step-summary.md')

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  execa('node', [join(root, 'bin', 'schism.mjs'), ...args], {
    reject: false,
    cwd: folder,
    // Nobody answers here: nothing of these tests may reach an engine.
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1', GITHUB_ACTIONS: '', ...env },
  })

/** A system of one's own that does nothing, and does not even say that it is ready. */
const own = (name: string, code = ''): string => {
  writeFileSync(
    join(folder, name),
    `${code}
export default {
  summary: 'nothing', image: {}, version: '1', sizes: { default: 1, allowed: [1] }, options: {},
  members: () => [{ name: 'n1', role: 'server', serves: true }],
  spec: () => { throw new Error('simulated only') },
  program: () => () => ({ receive() {} }),
  ready: async () => { throw new Error('n1 is not well') },
  clients: { register: async () => ({ invoke: async () => null, close: async () => {} }) },
  claims: () => ({ register: { model: 'linearizable', says: 'nothing' } }),
}`,
  )
  return `./${name}`
}

const plan = join(root, 'results/findings/raft/RA3/plan.json')
const runs = {
  valid: { system: 'raft', workload: 'register', timeLimit: 5, rate: 50 },
  violation: { system: 'raft', plan },
  unknown: { system: 'raft', workload: 'register', timeLimit: 1, rate: 2 },
  environment: { system: own('unwell.mjs') },
  bug: {
    system: own(
      'fatal.mjs',
      "import { isMainThread } from 'node:worker_threads'\nif (!isMainThread) process.exit(9)",
    ),
  },
  unexpected: { system: 'raft', workload: 'register', timeLimit: 5, rate: 50, expect: 'violation' },
}

const configOf = (name: string, config: object): string => {
  writeFileSync(join(folder, name), JSON.stringify(config))
  return name
}

const recordIn = (output: string): CiRecord =>
  ciRecord.parse(JSON.parse(readFileSync(join(folder, output, 'ci.json'), 'utf8')))

describe('one of each', () => {
  let ended: Awaited<ReturnType<typeof start>>
  let cases: readonly CaseRecord[]
  beforeAll(async () => {
    writeFileSync(stepSummary, 'what others wrote\n')
    const known = { ...runs.violation, expect: 'violation:stale-read' }
    const all = [...Object.values(runs), known, { system: 'raft', timeLimit: '240h', seeds: [99] }]
    const config = configOf('schism.config.json', { budget: '9m', retries: 1, again: 2, runs: all })
    expect(config).toBe('schism.config.json')
    ended = await start(['ci', '--output', 'all', '--events'], {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: stepSummary,
    })
    cases = recordIn('all').cases
  })

  test('ends with 1, for a violation is above all, and has a record of each', () => {
    expect(ended.exitCode).toBe(1)
    expect(recordIn('all')).toMatchObject({ version: 1, code: 1, matrix: 8, problems: [] })
    expect(cases.map(({ result, outcome, code }) => [result, outcome, code])).toEqual([
      ['passed', 'valid', 0],
      ['violation', 'violation', 1],
      ['unknown', 'unknown', 2],
      ['error', 'environment', 253],
      ['error', 'bug', 255],
      ['error', 'valid', 2],
      ['passed', 'violation', 0],
      ['not-run', 'not-run', 2],
    ])
  })

  test('says why: the proof, the reason, how often it was tried', () => {
    const [, violation, unknown, environment, bug, unexpected, known, long] = cases
    expect(violation).toMatchObject({ again: { violations: 2, runs: 2 }, seed: 4 })
    expect(violation!.detail).toContain('the operations that prove it')
    expect(violation!.command).toMatch(
      /^npx schism test raft .*--plan .*RA3.plan\.json .*--seed 4$/,
    )
    expect(unknown!.says).toMatch(/vacuous|too few/)
    expect(environment!.retried).toHaveLength(1)
    expect(environment!.says).toMatch(/n1 is not well/)
    expect(bug!.says).toMatch(/a thread ended by itself, with 9/)
    expect(unexpected!.expected).toBe('expected a violation, found none')
    expect(known!.expected).toBe('expected the violation stale-read: found it')
    expect(long!.says).toBe('not run: it does not fit into the budget of 540 s')
  })

  test('keeps everything of a run with a violation, and little of a valid one', () => {
    const filesOf = ({ run }: CaseRecord) => readdirSync(join(folder, 'all', run!)).toSorted()
    const small = ['executed.json', 'run.json', 'summary.txt', 'verdict.json']
    expect(filesOf(cases[0]!)).toEqual(small)
    const whole = [...small, 'history.jsonl', 'logs', 'report.html']
    expect(filesOf(cases[1]!)).toEqual(whole.toSorted())
  })

  test('tells programs what happens, one JSON object a line, as the file does', () => {
    const lines = ended.stdout.split('\n')
    const events = lines.map((line) => JSON.parse(line))
    expect(readFileSync(join(folder, 'all', 'events.ndjson'), 'utf8').trimEnd()).toBe(ended.stdout)
    expect(events.every(({ version, tMs }) => version === 1 && tMs >= 0)).toBe(true)
    expect(events[0]).toMatchObject({ event: 'begin', cases: 8, matrix: 8 })
    expect(events.at(-1)).toMatchObject({ event: 'end', code: 1, counts: { passed: 2, error: 3 } })
    const kinds = new Set(events.map(({ event }) => event))
    expect(kinds).toEqual(new Set(['begin', 'case-begin', 'case-end', 'retry', 'again', 'end']))
  })

  test('writes reports for CI services, and on GitHub the page and the annotations of the step', () => {
    for (const name of ['junit.xml', 'results.tap', 'summary.md'])
      expect(readFileSync(join(folder, 'all', name), 'utf8')).toContain('raft register')
    const page = readFileSync(stepSummary, 'utf8')
    expect(page).toMatch(
      /^what others wrote\n## schism: 1 violation, 3 errors, 1 unknown, 1 not run/,
    )
    const commands = ended.stderr.split('\n').filter((line) => line.startsWith('::'))
    const kinds = commands.map((line) => line.split(' ')[0])
    expect(kinds).toEqual(['::error', '::error', '::error', '::error', '::warning', '::warning'])
  })
})

describe('the exit code of a matrix', () => {
  test.each([
    ['nothing but a valid run', runs.valid, 0],
    ['an unknown', runs.unknown, 2],
    ['containers where no engine answers', { system: 'etcd', timeLimit: 1 }, 253],
    ['a bug of schism', runs.bug, 255],
  ])('%s', async (name, run, code) => {
    const config = configOf(`${code}.json`, { retries: 0, runs: [run] })
    const { exitCode, stdout } = await start(['ci', config, '--output', `${code}`, '--quiet'])
    expect([name, exitCode]).toEqual([name, code])
    expect(stdout).toMatch(/\d passed in \d+ s\nreports in /)
  })

  test.each([
    [['ci', 'nowhere.json'], /^schism: nowhere\.json: no such file$/],
    [['merge', 'nowhere'], /^schism: nowhere: no ci\.json there, nor in a folder of it$/],
  ])('%j is 254 and one line', async (args, says) => {
    const { exitCode, stderr } = await start(args)
    expect(stderr).toMatch(says)
    expect(exitCode).toBe(254)
  })
})

test('shards of a matrix are put together again, and one that is missing is an error', async () => {
  const config = configOf('shards.json', { runs: [{ ...runs.valid, timeLimit: 2, seeds: 4 }] })
  const parts = [1, 2].map((part) =>
    start(['ci', config, '--shard', `${part}/2`, '--output', `parts/${part}`, '--json']),
  )
  const records = (await Promise.all(parts)).map(({ stdout }) => JSON.parse(stdout) as CiRecord)
  const names = records.flatMap(({ cases }) => cases.map(({ name }) => name))
  expect(records.map(({ cases }) => cases.length)).toEqual([2, 2])
  const whole = await start(['merge', 'parts', '--output', 'whole', '--json'])
  expect(whole.exitCode).toBe(0)
  const record = JSON.parse(whole.stdout) as CiRecord
  expect(record.cases.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  for (const { run } of record.cases)
    expect(existsSync(join(folder, 'whole', run!, 'verdict.json'))).toBe(true)
  const half = await start(['merge', 'parts/2', '--output', 'half', '--tap'])
  expect(half.exitCode).toBe(253)
  expect(half.stdout).toMatch(/^not ok 1 - shards\.json: shard 1 of 2 is missing/m)
})

test('Ctrl-C keeps what is known, writes the reports and is 130', async () => {
  const config = configOf('long.json', { runs: [{ ...runs.valid, seeds: 200 }] })
  const running = start(['ci', config, '--output', 'interrupted', '--events'])
  let isInterrupted = false
  running.stdout.on('data', (text) => {
    if (isInterrupted || !String(text).includes('"case-end"')) return
    isInterrupted = true
    running.kill('SIGINT')
  })
  const { exitCode, stderr } = await running
  expect(stderr).toMatch(/interrupted: healing, judging and removing/)
  expect(exitCode).toBe(130)
  const { cases, code } = recordIn('interrupted')
  expect([code, cases.length]).toEqual([130, 200])
  expect(cases.filter(({ result }) => result === 'passed').length).toBeGreaterThanOrEqual(1)
  expect(cases.at(-1)).toMatchObject({ result: 'not-run', says: 'not run: interrupted' })
  expect(existsSync(join(folder, 'interrupted', 'junit.xml'))).toBe(true)
})

test('single runs and hunts write JUnit as well, which is made before anything runs', async () => {
  const fileOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const sim = ['test', 'raft', '--cluster', 'sim', '--quiet']
  const found = await start([...sim, '--plan', plan, '--junit', 'test.xml'])
  expect(found.exitCode).toBe(1)
  expect(fileOf('test.xml')).toMatch(/<failure type="violation" message="key 1: process 1 read 16/)
  const hunt = ['hunt', 'raft', '--seeds', '1..1', '--time-limit', '2', '--jobs', '1', '--quiet']
  const hunted = await start([...hunt, '--junit', 'hunt.xml'])
  expect(hunted.exitCode).toBe(0)
  expect(fileOf('hunt.xml')).toMatch(/<testcase name="hunt raft" classname="raft.any" [^>]*\/>/)
  const nowhere = await start([...sim, '--junit', 'no/where.xml'])
  expect(nowhere.stderr).toMatch(/^schism: no\/where\.xml cannot be written: no such file/)
  expect(nowhere.exitCode).toBe(254)
})
