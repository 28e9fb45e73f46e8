/** The real command with systems that somebody brings along and that cannot be used: 254, and one line that names the place. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { Arguments } from './command.ts'
import { givenOf } from './given.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'schism-given-'))
afterAll(() => rmSync(folder, { recursive: true }))

const schism = (...args: string[]) =>
  execa('node', [join(root, 'bin', 'schism.mjs'), ...args], {
    reject: false,
    cwd: folder,
    // Nobody answers here: nothing of these tests may reach an engine.
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock', NO_COLOR: '1' },
  })

writeFileSync(
  join(folder, 'compose.yml'),
  'services:\n  redis: {image: redis, ports: ["6379"]}\n  web: {image: web}\n',
)
writeFileSync(join(folder, 'bad.yml'), 'services:\n  redis:\n    image: "redis\n')
writeFileSync(join(folder, 'broken.ts'), 'export default {\n')

const of = (compose: string, service: string, client: string): string[] => [
  ...['test', '--compose', compose, '--service', service],
  ...['--client', client],
]

describe('what cannot be tested is refused', () => {
  test.each<[string, string[], RegExp]>([
    [
      'an unknown service',
      of('compose.yml', 'rediss', 'redis'),
      /^schism: compose\.yml: no service is called "rediss"; did you mean "redis"\?$/,
    ],
    [
      'a service without ports',
      of('compose.yml', 'web', 'redis'),
      /^schism: compose\.yml:3:3: services\.web: no port: expected ports or expose .* --port 6379$/,
    ],
    [
      'YAML that is none',
      of('bad.yml', 'redis', 'redis'),
      /^schism: bad\.yml:4:1: Missing closing "quote$/,
    ],
    ['a program with a mistake', ['test', './broken.ts'], /^schism: broken\.ts:2:1: Expected /],
    ['none at all', ['test', '--faults', 'kill'], /^schism: expected a system of "schism list", /],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr, stdout } = await schism(...args)
    expect(stderr.split('\n')).toHaveLength(1)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(exitCode).toBe(254)
  })
})

describe('options that do not fit together', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ client: 'redis' }, /^--client: expected --compose FILE with it$/],
    [{ compose: 'a.yml', system: 'etcd' }, /expected no other system, found etcd$/],
    [{ compose: 'a.yml', client: 'redis' }, /^--compose a\.yml: expected --service GLOB$/],
    [{ compose: 'a.yml', service: ['a'] }, /^--compose a\.yml: expected --client NAME$/],
    [{ compose: 'a.yml', service: ['a'], client: 'redis', port: '0' }, /^--port 0: expected/],
    [{ compose: 'a.yml', service: ['a'], client: 'redis', name: 'A/B' }, /^--name A\/B: expected/],
  ])('%j', (values, message) => {
    expect(() => givenOf(new Arguments(values))).toThrow(message)
  })

  test('services are separated by commas, or given again', () => {
    const given = { compose: 'a.yml', service: ['a,b', 'c*'], client: 'redis' }
    expect(givenOf(new Arguments(given))).toMatchObject({ services: ['a', 'b', 'c*'] })
  })
})

test('what can be tested waits for an engine, and says what it does not honour', async () => {
  writeFileSync(
    join(folder, 'extra.yml'),
    'services:\n  redis: {image: redis, ports: ["6379"], restart: always}\n',
  )
  const { exitCode, stderr } = await schism(...of('extra.yml', 'redis', 'redis'))
  expect(stderr).toMatch(/extra\.yml: service redis: restart is not honoured: /)
  expect(stderr).toMatch(/schism: .*[Ee]ngine/)
  expect(exitCode).toBe(253)
})

test('a starting point overwrites nothing', async () => {
  const first = await schism('init')
  expect(first.exitCode).toBe(0)
  writeFileSync(join(folder, 'Dockerfile'), 'mine')
  const before = readdirSync(folder)
  const again = await schism('init', 'stdio')
  expect(again.stderr).toBe(
    'schism: Dockerfile, docker-compose.yml: already there, so nothing was written',
  )
  expect(again.exitCode).toBe(254)
  expect(readdirSync(folder)).toEqual(before)
})
