/** The real command: a hunt, what it keeps, and the finding played again, also where it cannot be. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-hunt-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schism = (...args: string[]) =>
  execa('node', [join(root, 'bin', 'schism.mjs'), ...args], {
    reject: false,
    cwd: folder,
    // Nobody answers here: nothing of these tests may reach an engine.
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1' },
  })

const finding = join(folder, 'findings', 'raft', 'RA3')
const planFile = join(finding, 'plan.json')
const historyOf = (of: string): string => readFileSync(join(of, 'history.jsonl'), 'utf8')

const optionsOf = (file: string): object => JSON.parse(readFileSync(file, 'utf8')).options

/** The finding's plan with something changed, in a file of its own. */
const changed = (name: string, changes: object): string => {
  const path = join(folder, `${name}.json`)
  const plan = JSON.parse(readFileSync(planFile, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...plan, ...changes }))
  return path
}

let document: Record<string, unknown>
beforeAll(async () => {
  const hunt = 'hunt raft --bug RA3 --faults partition --jobs 2 --keep findings --json'
  const { exitCode, stdout } = await schism(...hunt.split(' '), '--expect', 'violation:stale-read')
  expect(exitCode).toBe(0)
  document = JSON.parse(stdout)
}, 120_000)

describe('a hunt', () => {
  test('says what it did, what it found and how small that is', () => {
    expect(document).toMatchObject({
      version: 1,
      finding,
      hunt: { runs: expect.any(Number), seed: expect.any(Number), before: {}, after: {} },
      results: [{ valid: false, anomalies: [{ type: 'stale-read', checker: 'linearizable' }] }],
    })
    const { after } = document.hunt as { after: { operations: number; episodes: number } }
    expect(after.operations).toBeLessThanOrEqual(10)
    expect(after.episodes).toBeLessThanOrEqual(3)
  })

  test('keeps a finding, and the run with its page in the store', () => {
    const names = ['history.jsonl', 'hunt.json', 'plan.json', 'verdict.json']
    expect(readdirSync(finding).toSorted()).toEqual(names)
    const run = document.folder as string
    expect(readdirSync(run)).toEqual(expect.arrayContaining([...names, 'run.json', 'report.html']))
    expect(historyOf(run)).toBe(historyOf(finding))
  })

  test('meets the same with two threads as with one', async () => {
    const hunt = async (jobs: string) => {
      const asked = ['--seeds', '1..12', '--time-limit', '2', '--all', '--json', '--jobs', jobs]
      return JSON.parse((await schism('hunt', 'raft', ...asked)).stdout).trials
    }
    const [one, two] = await Promise.all([hunt('1'), hunt('2')])
    expect(one).toHaveLength(12)
    expect(two).toEqual(one)
  })

  test('ends with 2 when what it expects is not there, and with 0 when nothing is', async () => {
    const short = ['hunt', 'raft', '--seeds', '1..1', '--time-limit', '2', '--jobs', '1', '--quiet']
    const quiet = await schism(...short)
    expect([quiet.exitCode, quiet.stderr]).toEqual([0, ''])
    const expecting = await schism(...short, '--expect', 'violation')
    expect(expecting.exitCode).toBe(2)
    expect(expecting.stdout).toMatch(/expected a violation, found none/)
  })
})

describe('a finding', () => {
  const replay = (...args: string[]) =>
    schism('test', 'raft', '--cluster', 'sim', '--json', ...args)

  test('is played again byte for byte by its plan alone', async () => {
    const { exitCode, stdout, stderr } = await replay('--plan', planFile)
    expect([exitCode, stderr]).toEqual([1, ''])
    const { folder: run } = JSON.parse(stdout)
    expect(historyOf(run)).toBe(historyOf(finding))
  })

  test('does nothing to the correct build', async () => {
    const { exitCode, stdout } = await replay('--plan', planFile, '--bug', 'none')
    const [{ valid, anomalies }] = JSON.parse(stdout).results
    // So few operations may be too few to be called valid.
    expect([exitCode, anomalies]).toEqual([valid === true ? 0 : 2, []])
  })

  test('is played several times, with an interval', async () => {
    const { exitCode, stdout } = await replay('--plan', planFile, '--repeat', '3')
    const { repeated, results } = JSON.parse(stdout)
    expect([exitCode, results.length, repeated.runs]).toEqual([1, 3, 3])
    expect(repeated.violations).toBeGreaterThanOrEqual(1)
    expect(repeated.interval[0]).toBeLessThan(repeated.violations / 3)
  })

  test('of another version says what is different, and runs', async () => {
    const options = { bug: 'RA3', colour: 'blue' }
    const { exitCode, stderr } = await replay(
      ...['--plan', changed('old', { schism: '0.0.1', options })],
    )
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/old\.json: found by schism 0\.0\.1, played by /)
    expect(stderr).toMatch(/old\.json: option colour=blue is no more: left out/)
    expect(stderr).toMatch(/old\.json: option snapshotAfter is new: 100/)
  })
})

describe('what cannot be used: one line', () => {
  const line = async (args: readonly string[], code: number, says: RegExp): Promise<void> => {
    const { exitCode, stderr } = await schism(...args)
    expect(stderr).toMatch(says)
    expect([exitCode, stderr.trim().split('\n').length]).toEqual([code, 1])
  }

  test.each([
    [['hunt', 'raft', '--bug', 'RA99'], /bug=RA99: expected none or RA1 or/],
    [['test', 'raft', '--cluster', 'sim', '--bug', 'RA99'], /bug=RA99: expected none or RA1 or/],
    [['test', 'etcd', '--bug', 'RA3'], /--option bug: unknown/],
    [['hunt', 'raft', '--seeds', 'many'], /--seeds many: expected FROM\.\.TO/],
    [['hunt', 'raft', '--seeds', '9..1'], /--seeds 9\.\.1: ends before it begins/],
    [['hunt', 'raft', '--jobs', '0'], /--jobs 0: expected a whole number from 1/],
    [['hunt', 'raft', '--expect', 'nothing'], /--expect nothing: expected violation/],
    [['hunt', 'etcd'], /etcd has no programs to simulate/],
    [['hunt', 'rafd'], /unknown system "rafd"; did you mean "raft"\?/],
    [['test', 'raft', '--seed', 'x'], /--seed x: expected a whole number/],
    [['test', 'raft', '--repeat', '0'], /--repeat 0: expected a whole number from 1/],
    [['test', 'etcd', '--cluster', 'sim'], /etcd is real software, which cannot be simulated/],
  ])('%j', (args, says) => line(args, 254, says))

  test('a finding of another system, or one that is damaged', async () => {
    await line(
      ['test', 'chain', '--plan', planFile],
      254,
      /plan\.json: system: made for raft, not for chain/,
    )
    const older = changed('older', { version: 7 })
    await line(['test', 'raft', '--plan', older], 254, /older\.json: version: /)
    const bug = changed('bug', { options: { ...optionsOf(planFile), bug: 'RA99' } })
    await line(['test', 'raft', '--plan', bug, '--cluster', 'sim'], 254, /RA99: expected none/)
  })

  test('containers where no engine answers', () =>
    line(['test', 'raft', '--cluster', 'docker', '--quiet'], 253, /[Dd]ocker|engine/))
})
