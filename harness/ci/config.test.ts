/** Configurations: every kind of mistake is one line that names the file, the place and what there is instead. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { casesOf } from './cases.ts'
import { readConfig } from './config.ts'
import { loadConfig } from './file.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const catalog = await loadCatalog()
const remarks: string[] = []

const casesIn = async (config: object) =>
  casesOf({
    source: 'c.json',
    config: readConfig('c.json', config),
    catalog,
    hasEngine: false,
    here: (path) => join(folder, path),
    remark: (line) => remarks.push(line),
  })

describe('a configuration', () => {
  test('is the product of the lists of each entry, every case under a name of its own', async () => {
    const cases = await casesIn({
      seed: 5,
      runs: [
        {
          system: ['raft', 'chain'],
          workload: ['register', 'set'],
          faults: ['none', 'kill,pause'],
          seeds: 3,
        },
        {
          system: 'raft',
          seeds: [8, 8],
          timeLimit: '90s',
          options: { bug: 'RA3', snapshotAfter: 10 },
        },
        {
          system: 'raft',
          template: 'flapping-leader',
          nodes: [3, 5],
          operationTimeout: 0.5,
          expect: 'violation',
        },
      ],
    })
    expect(cases).toHaveLength(24 + 2 + 2)
    expect(new Set(cases.map(({ name }) => name)).size).toBe(28)
    expect(cases.map(({ request }) => request.seed).slice(0, 4)).toEqual([5, 6, 7, 5])
    expect(cases[3]).toMatchObject({
      name: 'raft register kill,pause seed 5',
      faults: 'kill,pause',
    })
    expect(cases[24]).toMatchObject({
      name: 'raft no faults bug=RA3 snapshotAfter=10 seed 8 (runs.1)',
      request: { timeLimitS: 90, options: { bug: 'RA3', snapshotAfter: '10' }, rate: 200 },
      command: expect.stringContaining('--option bug=RA3'),
      workload: 'register',
    })
    expect(cases[27]).toMatchObject({
      faults: 'flapping-leader',
      request: { nodes: 5, operationTimeoutMs: 500, expect: '' },
    })
  })

  test('plays findings first: those of mistakes are expected, mended ones are not', async () => {
    const findings = join(import.meta.dirname, '../../results/findings')
    const config = { runs: [{ system: 'raft' }], findings: '.' }
    const cases = await casesOf({
      ...{ source: 'c.json', config: readConfig('c.json', config), catalog, hasEngine: true },
      here: () => findings,
      remark: () => {},
    })
    const [last] = cases.slice(-1)
    expect(last).toMatchObject({ cluster: 'docker', place: 'runs.0' })
    const known = cases.slice(0, -1)
    expect(known.every(({ finding, cluster }) => finding !== undefined && cluster === 'sim')).toBe(
      true,
    )
    const expected = (name: string) => known.find((one) => one.name === name)?.request.expect
    expect(expected('finding raft RA3')).toBe('stale-read')
    expect(expected('finding primary-backup set-lost-1121')).toBeUndefined()
  })

  test('may be a finding’s plan, which brings its own defaults', async () => {
    const findings = join(import.meta.dirname, '../../results/findings')
    const config = readConfig('c.json', { runs: [{ system: 'raft', plan: 'raft/RA3/plan.json' }] })
    const [one] = await casesOf({
      ...{ source: 'c.json', config, catalog, hasEngine: false, remark: () => {} },
      here: (path) => join(findings, path),
    })
    expect(one).toMatchObject({
      cluster: 'sim',
      request: { seed: 4, nodes: 3, timeLimitS: 2, options: { bug: 'RA3' } },
    })
  })

  test('runs in containers where an engine answers, else in the simulation where that can be', async () => {
    const config = readConfig('c.json', {
      runs: [{ system: ['etcd', 'raft'] }, { system: 'raft', cluster: 'docker' }],
    })
    const clusters = async (hasEngine: boolean) => {
      const around = { source: 'c.json', catalog, here: () => '', remark: () => {} }
      const cases = await casesOf({ ...around, config, hasEngine })
      return cases.map(({ cluster }) => cluster)
    }
    expect(await clusters(true)).toEqual(['docker', 'docker', 'docker'])
    expect(await clusters(false)).toEqual(['docker', 'sim', 'docker'])
  })
})

describe('what is wrong in one is one line', () => {
  const run = { system: 'raft' }
  const ofRaft = join(import.meta.dirname, '../../results/findings/raft/RA3/plan.json')
  test.each([
    [{ runs: [{ ...run, worklaod: 'set' }] }, 'runs.0.worklaod: unknown; did you mean "workload"?'],
    [{ rnus: [run] }, 'rnus: unknown; did you mean "runs"?'],
    [
      { runs: [{ system: { compose: 'a.yml', service: 'x', client: 'redis' } }] },
      'runs.0.system.service: unknown; did you mean "services"?',
    ],
    [{}, 'expected runs or findings'],
    [{ runs: [{}] }, 'runs.0.system: expected string, found nothing'],
    [
      { runs: [{ ...run, timeLimit: 'soon' }] },
      'runs.0.timeLimit: expected a duration such as 60s or 5m',
    ],
    [{ runs: [run], budget: -1 }, /^budget: /],
    [{ runs: [{ ...run, seeds: 0 }] }, /^runs\.0\.seeds: /],
    [{ runs: [{ ...run, cluster: 'cloud' }] }, /^runs\.0\.cluster: .*docker.*sim/],
    [{ runs: [run], cluster: 'cloud' }, /^cluster: /],
    [[], /expected object/],
    [{ runs: [{ system: 'rafd' }] }, 'runs.0: unknown system "rafd"; did you mean "raft"?'],
    [
      { runs: [run, { ...run, workload: 'sets' }] },
      'runs.1: unknown workload "sets"; did you mean "set"?',
    ],
    [
      { runs: [{ ...run, faults: 'partitoin' }] },
      /runs\.0: unknown fault "partitoin"; did you mean/,
    ],
    [
      { runs: [{ ...run, workload: 'lock' }] },
      /runs\.0: workload lock drives a lock, for which raft has no client/,
    ],
    [{ runs: [{ ...run, nodes: 99 }] }, /runs\.0: --nodes 99: raft runs with/],
    [
      { runs: [{ ...run, options: { bug: 'RA99' } }] },
      /runs\.0: --option bug=RA99: expected none or/,
    ],
    [{ runs: [{ ...run, expect: 'nothing' }] }, /runs\.0: --expect nothing: expected violation/],
    [{ runs: [{ ...run, faults: 'kill', plan: 'x.json' }] }, 'runs.0: faults and plan: only one'],
    [{ runs: [{ ...run, plan: 'nowhere.json' }] }, /runs\.0: .*nowhere\.json: cannot be read/],
    [
      { runs: [{ system: 'chain', plan: relative(folder, ofRaft) }] },
      /runs\.0: .*plan\.json: system: made for raft, not for chain/,
    ],
    [
      { runs: [{ system: 'etcd', cluster: 'sim' }] },
      'runs.0: cluster sim: etcd is real software, which cannot be simulated',
    ],
    [{ runs: [{ system: './nowhere.ts' }] }, /runs\.0: .*nowhere\.ts: no such file/],
    [{ runs: [run], findings: 'nowhere' }, 'findings: nowhere: no such folder'],
  ])('%j', async (config, message) => {
    const error: unknown = await casesIn(config).catch((thrown: unknown) => thrown)
    const { message: said, name } = error as Error
    expect(name).toBe('UsageError')
    expect(said).toMatch(/^c\.json: [^\n]*$/)
    const rest = said.slice('c.json: '.length)
    if (typeof message === 'string') expect(rest).toBe(message)
    else expect(rest).toMatch(message)
  })
})

describe('the file of one', () => {
  const config = { runs: [{ system: 'raft' }] }

  test('is JSON, JavaScript or TypeScript', async () => {
    const json = await loadConfig(file('a.json', JSON.stringify(config)))
    const ts = await loadConfig(
      file(
        'a.ts',
        `const system: string = 'raft'\nexport default { runs: [{ system }] } satisfies object`,
      ),
    )
    const js = await loadConfig(file('a.mjs', `export default ${JSON.stringify(config)}`))
    expect(ts.config).toEqual(json.config)
    expect(js.config).toEqual(json.config)
    expect(ts.here('sub/x.ts')).toBe(join(folder, 'sub/x.ts'))
  })

  test.each([
    ['nowhere.json', undefined, /nowhere\.json: no such file$/],
    ['broken.json', '{ "runs": [', /broken\.json: not JSON: /],
    ['broken.ts', 'export default {\n  runs: [ oh no ]\n}', /broken\.ts:2:\d+: /],
    ['empty.ts', 'export const x = 1', /empty\.ts: expected a configuration as its default export/],
    ['throws.ts', 'throw new Error("on purpose")', /throws\.ts: .*on purpose/],
  ])('says what is wrong with %s', async (name, text, message) => {
    const path = text === undefined ? join(folder, name) : file(name, text)
    await expect(loadConfig(path)).rejects.toThrow(message)
  })
})
