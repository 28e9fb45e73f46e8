/** Systems that somebody brings along: what is found, under which name, and one line for everything that is wrong. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ClientContext } from '../api.ts'
import { loadCatalog } from '../catalog.ts'
import { planRun, usualRun } from '../plan.ts'
import { type ComposeSystem, type GivenSystem, resolveSystem } from './resolve.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-own-'))
afterAll(() => rmSync(folder, { recursive: true }))
const catalog = await loadCatalog()

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}
const resolved = (given: GivenSystem) => resolveSystem(given, { catalog, folder })

const refusal = async (given: GivenSystem): Promise<string> => {
  const error = await resolved(given).then(
    () => new Error('accepted'),
    (error: Error) => error,
  )
  expect(error.name).toBe('UsageError')
  expect(error.message).not.toContain('\n')
  return error.message.replace(`${folder}/`, '')
}

const three = file(
  'three.yml',
  `name: etcd
services:
  node1: {image: kv, ports: ["9001:9000"]}
  node2: {image: kv, ports: ["9002:9000"], depends_on: [seed]}
  node3: {image: other, ports: ["9003:9000", "7000"]}
  seed: {image: seed:2}
  none: {image: none}
`,
)
const nodes: ComposeSystem = { compose: three, services: ['node[12]'], client: 'http' }

describe('services of a compose file', () => {
  test('are a system with its helpers, under a name that is nobody’s', async () => {
    const { name, system, words, remarks } = await resolved(nodes)
    expect(name).toBe('own-etcd')
    expect(system.members(2).map((member) => member.name)).toEqual(['node1', 'node2'])
    expect(system.helpers?.map((member) => member.name)).toEqual(['seed'])
    expect(system.imageOf?.(system.helpers![0]!)).toEqual({ reference: 'seed:2' })
    expect(words).toEqual(['--compose', three, '--service', 'node[12]', '--client', 'http'])
    expect(remarks).toEqual([expect.stringMatching(/not started, .*: node3, none$/)])
  })

  test('are planned like any other, and the command repeats them', async () => {
    const { name, words, catalog } = await resolved({ ...nodes, name: 'mine', port: 9000 })
    const request = { ...usualRun, system: name, words, faults: ['kill'], seed: 1, options: {} }
    const run = planRun(request, catalog)
    expect(run).toMatchObject({ system: 'mine', workload: 'register', nodes: 2 })
    expect(run.command).toContain(
      `npx schism test --compose three.yml --service 'node[12]' --client http --port 9000 --name mine --workload register`,
    )
  })

  test('promise what is said of them, else linearizable; nothing that is no level', async () => {
    const compose = file('db.yml', 'services: {db: {image: db, ports: ["5432"]}}')
    const database: ComposeSystem = { compose, services: ['db'], client: 'postgres' }
    const claimed = async (given: GivenSystem) => {
      const { name, words, catalog } = await resolved(given)
      const request = { ...usualRun, system: name, words, faults: [], seed: 1, options: {} }
      return planRun(request, catalog)
    }
    expect((await claimed(database)).claim.model).toBe('linearizable')
    const run = await claimed({ ...database, promise: 'best-effort' })
    expect(run.claim.model).toBe('best-effort')
    expect(run.command).toContain(' --promise best-effort ')
    expect(await refusal({ ...database, promise: 'serialisable' })).toBe(
      '--promise serialisable: unknown; did you mean "serializable"?',
    )
  })

  test('one service alone may have any number of nodes', async () => {
    const { system } = await resolved({ ...nodes, services: ['node1'] })
    expect(system.members(1).map(({ name }) => name)).toEqual(['node1'])
    expect(system.members(3).map(({ name }) => name)).toEqual(['node1-1', 'node1-2', 'node1-3'])
    expect(system.sizes.allowed).toContain(5)
  })

  test('may have numbers in their own names', async () => {
    const compose = file(
      'numbered.yml',
      'services:\n  kv-1: {image: "kv:1", ports: ["80"]}\n  kv-2: {image: "kv:2", ports: ["80"]}\n',
    )
    const { system } = await resolved({ compose, services: ['kv-*'], client: 'http' })
    expect(system.members(2).map((member) => system.imageOf?.(member))).toEqual([
      { reference: 'kv:1' },
      { reference: 'kv:2' },
    ])
  })

  test('give their client all that stands behind its name', async () => {
    const paths: (string | undefined)[] = []
    const server = createServer(({ url }, response) => {
      paths.push(url)
      response.end('7')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { system } = await resolved({ ...nodes, client: 'http:/v1/a:b' })
    const node = { name: 'node1', endpoint: () => ({ host: '127.0.0.1', port }) }
    const cluster = { nodes: [node] } as unknown as ClientContext['cluster']
    const context = { cluster, node: cluster.nodes[0]!, options: {} }
    const client = await system.clients.register!(context)
    const { signal } = new AbortController()
    expect(await client.invoke({ f: 'read', key: 1, value: null }, signal)).toBe(7)
    expect(paths).toEqual(['/v1/a:b/registers/1'])
    await client.close()
    server.close()
  })

  test.each<[string, Partial<ComposeSystem>, RegExp]>([
    ['a file that is not there', { compose: 'none.yml' }, /^none\.yml: cannot be read: ENOENT/],
    [
      'an unknown service',
      { services: ['nod'] },
      /no service is called "nod"; did you mean "node1"\?/,
    ],
    ['an unknown client', { client: 'htpp' }, /^unknown client "htpp"; did you mean "http"\?/],
    ['no command', { client: 'stdio' }, /^--client stdio: expected stdio:COMMAND/],
    ['a word too many', { client: 'redis:1' }, /^--client redis:1: redis takes nothing after/],
    [
      'no ports',
      { services: ['none'] },
      /^three\.yml:7:3: services\.none: no port: expected ports or expose .*--port 8080/,
    ],
    [
      'ports to choose from',
      { services: ['node3'] },
      /^three\.yml:5:3: services\.node3: ports 9000, 7000: say which/,
    ],
  ])('%s', async (_, change, message) => {
    expect(await refusal({ ...nodes, ...change })).toMatch(message)
  })

  test('a helper that could not start is refused before anything runs', async () => {
    const compose = file(
      'helper.yml',
      'services:\n  a: {image: a, ports: ["80"], depends_on: [b]}\n  b: {env_file: none.env, image: b}\n',
    )
    expect(await refusal({ compose, services: ['a'], client: 'http' })).toMatch(
      /^none\.env: cannot be read/,
    )
  })

  test('YAML that is none', async () => {
    const compose = file('bad.yml', 'services:\n  a: {image: x\n  b: 1\n')
    expect(await refusal({ ...nodes, compose })).toMatch(/^bad\.yml:\d:\d+: /)
  })

  test('the port that a client usually has is preferred', async () => {
    const compose = file('redis.yml', 'services: {r: {image: r, ports: ["6379", "26379"]}}')
    await expect(resolved({ compose, services: ['r'], client: 'redis' })).resolves.toBeDefined()
  })
})

const whole = `summary: '', image: { packages: [] }, version: '', sizes: {}, options: {}, members() {},
  spec() {}, ready() {}, clients: {}, claims() {}`

describe('a file', () => {
  test('in TypeScript is a system under its name, with what it imports', async () => {
    file('helper.ts', 'export const text: string = "from a helper"')
    const given = file(
      'my-own.ts',
      `import { join } from 'node:path'
       import picomatch from 'picomatch'
       import type { System } from 'schism'
       import { text } from './helper.ts'
       export default { ${whole}, summary: text + picomatch.isMatch('a', '*') + join('a', import.meta.filename.slice(-9)) } as unknown as System`,
    )
    const { name, system, words } = await resolved(`./${given}`)
    expect(name).toBe('my-own')
    expect(system.summary).toBe('from a helpertruea/my-own.ts')
    expect(words).toEqual(['./my-own.ts'])
  })

  test.each([
    ['that is not there', undefined, /^nothing\.ts: no such file/],
    [
      'with a mistake',
      'export default {\n  summary: "a" "b" }',
      /a-file\.ts:2:16: Expected "}" but found/,
    ],
    [
      'without an export',
      'export const system = {}',
      /a-file\.ts: expected a system as its default export/,
    ],
    [
      'that exports no system',
      'export default { summary: 5 }',
      /a-file\.ts: summary: expected text, found number/,
    ],
    ['that throws', 'throw new Error("no luck")', /a-file\.ts: cannot be loaded: no luck/],
    [
      'whose package is missing',
      'import "no-such-package"',
      /a-file\.ts:1:8: package "no-such-package" is not installed/,
    ],
  ])('%s', async (_, text, message) => {
    const name = text === undefined ? 'nothing.ts' : file('a-file.ts', text)
    expect(await refusal(`./${name}`)).toMatch(message)
  })
})

test('a name is looked for in the catalog', async () => {
  expect((await resolved('etcd')).words).toEqual(['etcd'])
  expect(await refusal('etdc')).toMatch(/^unknown system "etdc"; did you mean "etcd"\?/)
})
