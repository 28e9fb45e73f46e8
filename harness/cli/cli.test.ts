/** The real command on bad input and on known histories: one clear line, the right exit code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schism = (...args: string[]) =>
  execa('node', [join(root, 'bin', 'schism.mjs'), ...args], {
    reject: false,
    cwd: folder,
    // Nobody answers here: nothing of these tests may reach an engine.
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1' },
  })

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const lines = (...events: object[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('')
const write = (process: number, type: string, value: number) => ({
  process,
  type,
  f: 'write',
  value,
})
const read = (process: number, type: string, value: number | null) => ({
  process,
  type,
  f: 'read',
  value,
})

const valid = file(
  'valid.jsonl',
  lines(write(0, 'invoke', 1), write(0, 'ok', 1), read(1, 'invoke', null), read(1, 'ok', 1)),
)
const stale = file(
  'stale.jsonl',
  lines(
    write(0, 'invoke', 1),
    write(0, 'ok', 1),
    write(0, 'invoke', 2),
    write(0, 'ok', 2),
    read(1, 'invoke', null),
    read(1, 'ok', 1),
  ),
)

const killing = (target: string, start: object): string =>
  JSON.stringify({ episodes: [{ ...start, for: 5, fault: 'kill', plan: { targets: target } }] })
const sentinels = file('sentinels.json', killing('sentinel', { at: 5 }))
const moon = file('moon.json', killing('primary', { when: { on: 'full-moon' } }))

describe('bad arguments: 254 and one line', () => {
  test.each([
    ['nothing', [], /schism/],
    ['an unknown command', ['tset'], /unknown command "tset"; did you mean "test"\?/],
    [
      'an unknown option',
      ['test', 'etcd', '--worklaod', 'set'],
      /unknown option --worklaod; did you mean "workload"\?/,
    ],
    ['an unknown system', ['test', 'etdc'], /unknown system "etdc"; did you mean "etcd"\?/],
    [
      'an unknown workload',
      ['test', 'etcd', '--workload', 'sets'],
      /unknown workload "sets"; did you mean "set"\?/,
    ],
    [
      'an unknown fault',
      ['test', 'etcd', '--faults', 'partition,kil'],
      /unknown fault "kil"; did you mean "kill"\?/,
    ],
    [
      'an unknown system option',
      ['test', 'etcd', '-o', 'raeds=serializable'],
      /--option raeds: unknown; did you mean "reads"\?/,
    ],
    [
      'a choice that is none',
      ['test', 'etcd', '-o', 'reads=fast'],
      /--option reads=fast: expected linearizable or serializable/,
    ],
    ['a size that is none', ['test', 'etcd', '--nodes', '4'], /--nodes 4: etcd runs with /],
    [
      'a seed that is no number',
      ['test', 'etcd', '--seed', 'abc'],
      /--seed abc: expected a whole number/,
    ],
    ['a time that is none', ['test', 'etcd', '--time-limit', '-3'], /--time-limit/],
    [
      'a plan that is not there',
      ['test', 'etcd', '--plan', 'none.json'],
      /none\.json: cannot be read/,
    ],
    [
      'a plan and faults',
      ['test', 'etcd', '--plan', 'a.json', '--faults', 'kill'],
      /plan and faults are mutually exclusive/,
    ],
    [
      'a template and a plan',
      ['test', 'etcd', '--template', 'flapping-leader', '--plan', 'a.json'],
      /plan and template are mutually exclusive/,
    ],
    [
      'an unknown template',
      ['test', 'etcd', '--template', 'flapping-leaders'],
      /unknown template "flapping-leaders"; did you mean "flapping-leader"\?/,
    ],
    [
      'a parameter of a template that is out of range',
      ['test', 'etcd', '--template', 'flapping-leader:times=0'],
      /times=0: expected times=a whole number from 1 to 100/,
    ],
    [
      'a template that takes too long',
      ['test', 'etcd', '--template', 'isolate-leader-then-heal', '--time-limit', '20'],
      /ends at 26 s: after the time limit of 20 s/,
    ],
    [
      'a role that the system does not know',
      ['test', 'etcd', '--plan', sentinels],
      /sentinels\.json: episodes\.0\.plan: no node or role is called "sentinel"; .*roles: server/,
    ],
    [
      'a trigger that is none',
      ['test', 'etcd', '--plan', moon],
      /moon\.json: episodes\.0\.when\.on: expected one of leader-change, log, installed, healed/,
    ],
    [
      'a model nobody knows',
      ['check', valid, '--model', 'cas-regster'],
      /unknown model "cas-regster"; did you mean "cas-register"\?/,
    ],
    [
      'a budget that is none',
      ['check', valid, '--budget', 'soon'],
      /--budget soon: expected a duration/,
    ],
    [
      'a memory that is none',
      ['check', valid, '--memory', 'much'],
      /--memory much: expected a size/,
    ],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await schism(...args)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(254)
    expect(stderr).not.toMatch(/\n\s+at /)
    if (args.length > 0) expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('bad histories: 254, file and line', () => {
  test.each([
    ['missing invocation', lines(write(0, 'ok', 1)), /:1: .*without an invocation/],
    [
      'double completion',
      lines(write(0, 'invoke', 1), write(0, 'ok', 1), write(0, 'ok', 1)),
      /:3: .*twice/,
    ],
    [
      'two open operations',
      lines(write(0, 'invoke', 1), write(0, 'invoke', 2)),
      /:2: .*still open/,
    ],
    [
      'time backwards',
      lines({ ...write(0, 'invoke', 1), time: 9 }, { ...write(0, 'ok', 1), time: 3 }),
      /:2: .*backwards/,
    ],
    ['an empty file', '', /empty/],
    ['garbage', 'garbage\nmore\n', /:1: /],
  ])('%s', async (name, text, message) => {
    const path = file(`${name.replaceAll(' ', '-')}.jsonl`, text)
    const { exitCode, stderr } = await schism('check', path)
    expect(stderr).toContain(path)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(254)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test('a folder that is no run', async () => {
    mkdirSync(join(folder, 'empty'))
    const { exitCode, stderr } = await schism('check', join(folder, 'empty'))
    expect(stderr).toMatch(/not a run's folder/)
    expect(exitCode).toBe(254)
  })

  test('a last line that was cut off is accepted, and said', async () => {
    const path = file(
      'cut.jsonl',
      `${lines(write(0, 'invoke', 1), write(0, 'ok', 1))}{"process":1,"ty`,
    )
    const { exitCode, stdout } = await schism('check', path, '--json')
    const { results } = JSON.parse(stdout)
    expect(exitCode).toBe(0)
    expect(results[0].notes.join()).toMatch(/last line/)
  })
})

describe('check', () => {
  test('a valid history is 0, a violation is 1 with its proof', async () => {
    expect((await schism('check', valid)).exitCode).toBe(0)
    const { exitCode, stdout } = await schism('check', stale, '--json')
    expect(exitCode).toBe(1)
    const document = JSON.parse(stdout)
    expect(document).toMatchObject({ version: 1, results: [{ input: stale, valid: false }] })
    const [anomaly] = document.results[0].anomalies
    expect(anomaly.summary).not.toBe('')
    expect(anomaly.ops.length).toBeGreaterThanOrEqual(2)
  })

  test('many files are one document, and the worst of them is the exit code', async () => {
    const { exitCode, stdout } = await schism(
      'check',
      valid,
      stale,
      file('bad.jsonl', 'x'),
      '--json',
    )
    const { results } = JSON.parse(stdout)
    expect(results.map(({ valid }: { valid: unknown }) => valid)).toEqual([true, false, 'unknown'])
    expect(exitCode).toBe(1)
  })

  test('a budget that is too small is unknown, with the reason', async () => {
    const hard = Array.from({ length: 400 }, (_, process) => write(process, 'invoke', process % 3))
    const reads = Array.from({ length: 400 }, (_, at) => [
      read(1000 + at, 'invoke', null),
      read(1000 + at, 'ok', (at * 7) % 3),
    ])
    const path = file(
      'hard.jsonl',
      lines(...hard, ...reads.flat(), read(5000, 'invoke', null), read(5000, 'ok', 77)),
    )
    const { exitCode } = await schism('check', path, '--budget', '1s')
    expect([1, 2]).toContain(exitCode)
  })
})

describe('without an engine', () => {
  test('test says where it looked and what to do: 253', async () => {
    const { exitCode, stderr } = await schism('test', 'etcd', '--quiet')
    expect(stderr).toMatch(/no Docker engine answers at .*nowhere.*install-docker/)
    expect(exitCode).toBe(253)
  })

  test('list still lists, and says what this machine cannot do', async () => {
    const { exitCode, stdout } = await schism('list', '--json')
    const list = JSON.parse(stdout)
    expect(Object.keys(list)).toEqual(
      expect.arrayContaining(['systems', 'workloads', 'faults', 'checkers']),
    )
    expect(list.systems[0].unavailable).toMatch(/no Docker engine/)
    expect(exitCode).toBe(0)
  })

  test('doctor says so: 253', async () => {
    expect((await schism('doctor')).exitCode).toBe(253)
  })
})

test('help shows examples', async () => {
  const { exitCode, stdout } = await schism('test', '--help')
  expect(stdout).toMatch(/schism test redis-sentinel --workload set --faults partition/)
  expect(exitCode).toBe(0)
})
