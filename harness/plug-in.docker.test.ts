/**
 * One new file for each kind of plug-in and nothing edited: a copy of the house with four toy files runs
 * them together against a real container.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const house = mkdtempSync(join(tmpdir(), 'schism-house-'))
const parts = [
  ...[
    'checkers',
    'results',
    'harness',
    'workloads',
    'nemesis',
    'systems',
    'bench',
    'bin',
    'scripts',
  ],
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json'],
]

const toys: Readonly<Record<string, string>> = {
  'systems/toy-cache.ts': `
    import { Redis } from 'ioredis'
    import type { Cluster, System } from '../harness/api.ts'

    const connect = async (cluster: Cluster) => {
      const redis = new Redis({ ...cluster.nodes[0]!.endpoint(6379), lazyConnect: true, retryStrategy: null })
      redis.on('error', () => {})
      await redis.connect()
      return redis
    }

    export default {
      summary: 'one Redis that counts',
      image: { packages: ['redis-server'] },
      version: '7.0',
      sizes: { default: 1, allowed: [1] },
      options: {},
      members: () => [{ name: 'n1', role: 'server', serves: true }],
      spec: () => ({
        argv: ['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/data'],
        dataFolder: '/data',
      }),
      ready: async (cluster) => {
        const redis = await connect(cluster)
        redis.disconnect()
      },
      clients: {
        counter: async ({ cluster }) => {
          const redis = await connect(cluster)
          return { invoke: async () => redis.incr('n'), close: async () => redis.disconnect() }
        },
      },
      claims: () => ({ counter: { model: 'linearizable', says: 'one thread' } }),
    } satisfies System`,
  'checkers/toy-rising.ts': `
    import type { Checker, CheckerPlugin } from './checker.ts'

    /** No number is handed out twice. */
    export const rising: Checker = (history) => {
      const values = [...history.operations()].flatMap(({ completion, outcome }) =>
        outcome === 'ok' ? [completion!.value] : [],
      )
      return values.length > 0 && new Set(values).size === values.length
        ? { valid: true, stats: { numbers: values.length } }
        : { valid: 'unknown', reason: 'no numbers' }
    }
    export default { summary: 'a toy checker', check: rising } satisfies CheckerPlugin`,
  'workloads/toy-count.ts': `
    import { rising } from '../checkers/toy-rising.ts'
    import type { Workload } from '../harness/api.ts'
    import { repeat } from '../harness/generators/index.ts'

    type CountCall = { readonly f: 'next'; readonly value: number | null }
    const next: CountCall = { f: 'next', value: null }
    export default {
      summary: 'a toy workload',
      client: 'counter',
      safe: [],
      options: {},
      plan: () => ({ generator: repeat(next), checkers: { 'toy-rising': rising } }),
    } satisfies Workload<CountCall>`,
  'nemesis/toy-nap.ts': `
    import { z } from 'zod'
    import type { Fault } from '../harness/api.ts'

    const schema = z.strictObject({ node: z.string() })
    export default {
      summary: 'a toy fault',
      schema,
      unknownNodes: () => [],
      needs: ['freezer'],
      evidence: 'the kernel says frozen',
      plan: (topology) => ({ node: topology.members[0]!.name }),
      inject: async (cluster, { node }) => {
        await cluster.processes!.pause([node])
        return { targets: [node], done: { node } }
      },
      observe: async (cluster, { done }) => {
        const { state } = await cluster.processes!.state(done.node)
        return { held: state === 'paused', summary: state }
      },
      heal: async (cluster) => cluster.processes!.resume(['n1']),
      healed: async (cluster, { done }) => {
        const { state } = await cluster.processes!.state(done.node)
        return { held: state === 'running', summary: state }
      },
    } satisfies Fault<z.infer<typeof schema>, z.infer<typeof schema>>`,
}

const schism = (...args: string[]) =>
  execa('node', ['bin/schism.mjs', ...args], { cwd: house, reject: false })

beforeAll(async () => {
  for (const part of parts)
    cpSync(join(root, part), join(house, part), {
      recursive: true,
      filter: (path) => !path.includes(join('results', 'runs')),
    })
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
  for (const [path, text] of Object.entries(toys))
    writeFileSync(join(house, path), `/** A toy. */\n${text}`)
  await execa('npm', ['run', 'build'], { cwd: house })
})
afterAll(() => rmSync(house, { recursive: true, force: true }))

test('all four are found by name', async () => {
  const { stdout } = await schism('list', '--json')
  const { version: _, ...list }: Record<string, { name: string }[]> = JSON.parse(stdout)
  const names = Object.values(list).flatMap((entries) => entries.map(({ name }) => name))
  expect(names).toEqual(expect.arrayContaining(['toy-cache', 'toy-count', 'toy-nap', 'toy-rising']))
})

test('and work together: the fault takes hold, the checker judges', async () => {
  const { exitCode, stderr } = await schism(
    ...'test toy-cache --workload toy-count --faults toy-nap --time-limit 8 --rate 50'.split(' '),
    ...['--store', join(house, 'runs')],
  )
  expect(stderr).toContain('toy-nap')
  expect(exitCode, stderr).toBe(0)
  const verdict = JSON.parse(readFileSync(join(house, 'runs/latest/verdict.json'), 'utf8'))
  expect(verdict.checkers['toy-rising'].valid).toBe(true)
})
