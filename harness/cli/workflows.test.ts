/**
 * What docs/ci.md tells people to copy: its workflows parse and use what there is, its configuration is one, and the
 * action's script runs the command with what it was given.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { loadConfig } from '../ci/file.ts'
import { ciCommand } from './ci.ts'

/** Each plays whole matrices, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-workflows-'))
afterAll(() => rmSync(folder, { recursive: true }))

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const page = textOf('docs/ci.md')
const blocksOf = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text]) => text!,
  )

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly 'runs-on': string
  readonly steps: readonly Step[]
}

const action: {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
} = parse(textOf('action.yml'))

const workflows: readonly Record<string, unknown>[] = blocksOf('yaml').map((text) => {
  const [document, ...more] = parseAllDocuments(text)
  expect([document!.errors, document!.warnings, more]).toEqual([[], [], []])
  return document!.toJS()
})

const gitHub = workflows.filter((workflow) => 'jobs' in workflow)
const gitLab = workflows.filter((workflow) => !('jobs' in workflow))

describe('workflows of GitHub', () => {
  const steps = gitHub.flatMap(({ jobs }) =>
    Object.values(jobs as Record<string, Job>).flatMap((job) => job.steps),
  )

  test('are a gate and a hunt, that may read the repository and nothing else', () => {
    expect(gitHub.map(({ name }) => name)).toEqual(['schism', 'nightly'])
    for (const { permissions } of gitHub) expect(permissions).toEqual({ contents: 'read' })
  })

  test('use the action with inputs that it has', () => {
    const uses = steps.filter(({ uses }) => uses?.startsWith('OWNER/schism@'))
    expect(uses).toHaveLength(3)
    for (const { with: given = {} } of uses)
      for (const name of Object.keys(given)) expect(Object.keys(action.inputs)).toContain(name)
  })

  test('run what there is at a version', () => {
    for (const { uses } of [...steps, ...action.runs.steps])
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@(v\d+|main)$/)
  })
})

describe('the action', () => {
  const step = action.runs.steps.find(({ id }) => id === 'run')!

  /** Its script, with the environment that its inputs make. */
  const run = async (inputs: Readonly<Record<string, string>>) => {
    const env = Object.entries(step.env!).map(([name, text]) => {
      const value = text
        .replace(/\$\{\{ github\.action_path \}\}/, root)
        .replace(
          /\$\{\{ inputs\.(\w+) \}\}/,
          (_, input: string) => inputs[input] ?? action.inputs[input]!.default,
        )
      return [name, value] as const
    })
    const outputs = join(folder, 'outputs')
    writeFileSync(outputs, '')
    const { exitCode, stdout } = await execa('bash', ['-e', '-o', 'pipefail', '-c', step.run!], {
      reject: false,
      cwd: folder,
      env: { ...Object.fromEntries(env), GITHUB_OUTPUT: outputs, GITHUB_ACTIONS: '' },
    })
    return { exitCode, stdout, outputs: readFileSync(outputs, 'utf8') }
  }

  test('is composite, and every input reaches its script or a step', () => {
    expect(action.runs.using).toBe('composite')
    const text = JSON.stringify(action.runs)
    for (const name of Object.keys(action.inputs)) expect(text).toContain(`inputs.${name}`)
    // An input within a script would be code of whoever chooses it.
    for (const one of action.runs.steps) expect(one.run ?? '').not.toContain('${{')
    const options = [...step.run!.matchAll(/--(\w+)/g)].map(([, name]) => name!)
    for (const name of options) expect(Object.keys(ciCommand.options)).toContain(name)
  })

  test('ends as the command, which its output says', async () => {
    const run1 = { system: 'raft', workload: 'register', timeLimit: 2, rate: 50, seeds: 2 }
    const config = 'my config; exit 7.json'
    writeFileSync(join(folder, config), JSON.stringify({ runs: [run1] }))
    const good = await run({
      config,
      cluster: 'sim',
      shard: '1/2',
      seed: '5',
      budget: '5m',
      output: 'out 1',
    })
    expect(good).toMatchObject({ exitCode: 0, outputs: 'code=0\n' })
    expect(good.stdout).toMatch(/shard 1 of 2: 1 passed/)
    const half = await run({ merge: 'out 1', output: 'whole' })
    expect(half).toMatchObject({ exitCode: 253, outputs: 'code=253\n' })
  })
})

describe('GitLab', () => {
  const jobs = parse(textOf('ci/gitlab.yml'))

  test('has a job for what the page extends, with its reports and artifacts', () => {
    const [example] = gitLab
    const extended = Object.values(example!).flatMap(
      (job) => (job as { extends?: string }).extends ?? [],
    )
    expect(extended).toEqual(['.schism', '.schism-shard', '.schism-merge'])
    for (const name of extended) {
      expect(jobs[name].script.every((line: unknown) => typeof line === 'string')).toBe(true)
      expect(jobs[name].artifacts.when).toBe('always')
    }
    expect(jobs['.schism'].artifacts.reports.junit).toBe('results/ci/junit.xml')
  })

  test('names options that there are', () => {
    const options = [
      ...`${textOf('ci/gitlab.yml')}${blocksOf('yaml').at(-1)}`.matchAll(/ (--\w+)/g),
    ]
      .map(([, name]) => name!.slice(2))
      .filter((name) => !['depth', 'branch', 'no'].includes(name))
    for (const name of options) expect(Object.keys(ciCommand.options)).toContain(name)
  })
})

test('the configuration on the page is one', async () => {
  const path = join(folder, 'schism.config.ts')
  writeFileSync(path, blocksOf('ts')[0]!)
  const { config } = await loadConfig(path)
  expect(config).toMatchObject({ budget: 600_000, retries: 2, again: 3 })
  expect(config.runs).toHaveLength(4)
})

test('schism’s own configuration is one', async () => {
  const { config } = await loadConfig(join(root, 'schism.config.ts'))
  expect(config.runs.length).toBeGreaterThan(0)
})
