/** Compose files as people write them: what becomes of each part, and where what is wrong stands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ComposeFile } from './read.ts'
import { membersOf, select } from './select.ts'
import { healthOf, imageOf, portsOf, specOf } from './spec.ts'
import { remarkVolumes } from './volumes.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-compose-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const compose = (text: string, environment: Readonly<Record<string, string>> = {}): ComposeFile => {
  const path = join(folder, `compose-${++files}.yml`)
  writeFileSync(path, text)
  return new ComposeFile(path, environment)
}

/** How the container of a service starts, in a test of all services. */
const start = (file: ComposeFile, service: string) =>
  specOf(file, { service, node: service, participants: file.names }, (name) => [name])

const refusal = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    return (error as Error).message.replace(/^.*compose-\d+\.yml/, 'file')
  }
  return 'accepted'
}

const cluster = `
name: My-Cluster
x-node: &node
  image: registry.example/node:\${TAG:-1.2}
  environment: &env
    SIZE: 3
    VERBOSE: true
  expose: ["7000"]
  restart: always
services:
  seed:
    image: node
    ports: ["127.0.0.1:8000:7000/tcp", "9000-9001:9000-9001", "5353:5353/udp"]
    healthcheck: {test: curl -f localhost, interval: 1s}
  node1:
    <<: *node
    command: ["serve", "--id", 1]
    environment: {<<: *env, ID: "1"}
    depends_on: {seed: {condition: service_healthy}}
    volumes: ["data1:/var/lib/node", "certs:/certs:ro", "/scratch"]
    networks: {back: {aliases: [one]}}
  node2:
    extends: {service: node1}
    command: serve --id "2 2"
    environment: [ID=2, NOTHING=]
    scale: 2
  web:
    build: {context: ., dockerfile: Web, args: [A=1]}
    entrypoint: /start.sh
    volumes: [certs:/etc/certs]
`

describe('a compose file', () => {
  const file = compose(cluster)

  test('has its project name, and services in their order', () => {
    expect(file.name).toBe('my-cluster')
    expect(file.names).toEqual(['seed', 'node1', 'node2', 'web'])
  })

  test('merges anchors and fills variables in', () => {
    expect(imageOf(file, 'node1')).toEqual({ reference: 'registry.example/node:1.2' })
    expect(file.environment('node1')).toEqual({ SIZE: '3', VERBOSE: 'true', ID: '1' })
  })

  test('takes variables from around it before their defaults, and says so', () => {
    const other = compose(cluster, { TAG: '9' })
    expect(imageOf(other, 'node1')).toEqual({ reference: 'registry.example/node:9' })
    expect(other.remarks[0]).toMatch(/taken from the environment of this command: TAG/)
  })

  test('extends services: maps are merged, a command is replaced', () => {
    expect(start(file, 'node2').argv).toEqual(['serve', '--id', '2 2'])
    expect(file.environment('node2')).toEqual({
      SIZE: '3',
      VERBOSE: 'true',
      ID: '2',
      NOTHING: '',
    })
  })

  test('says how a container starts: behind its image, or with an entry point of its own', () => {
    expect(start(file, 'node1')).toMatchObject({
      argv: ['serve', '--id', '1'],
      settings: {
        entryPoint: 'image',
        aliases: ['one'],
        after: [{ name: 'seed', until: 'healthy' }],
      },
    })
    expect(start(file, 'web').argv).toEqual(['/start.sh'])
    expect(start(file, 'web').settings?.entryPoint).toBeUndefined()
    writeFileSync(join(folder, 'Dockerfile'), '')
    expect(imageOf(compose('services: {a: {build: .}}'), 'a')).toMatchObject({
      build: { folder, dockerfile: 'Dockerfile' },
    })
  })

  test('gives each node a data folder of its own, and shares what several services mount', () => {
    const spec = specOf(
      file,
      { service: 'node1', node: 'n', participants: ['node1', 'web'] },
      () => [],
    )
    expect(spec.dataFolder).toBe('/var/lib/node')
    expect(spec.settings?.volumes).toEqual([
      { name: 'certs', to: '/certs' },
      { name: 'n-2', to: '/scratch' },
    ])
    // node2 extends node1 and so mounts the same volumes.
    expect(start(file, 'node1').dataFolder).toBe('/scratch')
  })

  test('names ports, published or not, those inside the container, of TCP', () => {
    expect(portsOf(file, 'seed')).toEqual([7000, 9000, 9001])
    expect(portsOf(file, 'node1')).toEqual([7000])
    expect(portsOf(file, 'web')).toEqual([])
  })

  test.each([
    [{ test: 'curl -f localhost' }, ['sh', '-c', 'curl -f localhost']],
    [{ test: ['CMD', 'true'] }, ['true']],
    [{ test: ['CMD-SHELL', 'true && true'] }, ['sh', '-c', 'true && true']],
    [{ test: ['NONE'] }, undefined],
    [{ test: 'true', disable: true }, undefined],
  ])('reads the health check %j', (healthcheck, argv) => {
    const one = compose(JSON.stringify({ services: { a: { healthcheck } } }))
    expect(healthOf(one.service('a'))).toEqual(argv)
  })

  test('starts what is matched, and what that needs', () => {
    const found = select(file, { services: ['node*'], helpers: [] })
    expect(found).toEqual({ tested: ['node1', 'node2'], helpers: ['seed'] })
    expect(file.remarks.at(-1)).toMatch(/not started, .*: web$/)
    expect(membersOf(file, 'node2', 'server').map(({ name }) => name)).toEqual([
      'node2-1',
      'node2-2',
    ])
    expect(membersOf(file, 'node1', 'server').map(({ name }) => name)).toEqual(['node1'])
  })

  test('binds are seen as they are, or copied where they may be written', () => {
    writeFileSync(join(folder, 'node.conf'), 'a = 1')
    mkdirSync(join(folder, 'content'))
    const one = compose(
      'services: {a: {image: a, volumes: ["./node.conf:/etc/a.conf", "./content:/srv", "./node.conf:/b.conf:ro", "./new:/data"]}}',
    )
    const spec = start(one, 'a')
    expect(spec.settings?.copies?.map(({ to }) => to)).toEqual(['/etc/a.conf', '/srv'])
    expect(spec.settings?.binds).toEqual([{ from: join(folder, 'node.conf'), to: '/b.conf' }])
    expect(spec.dataFolder).toBe('/srv')
    expect(spec.settings?.volumes).toEqual([{ name: 'a-2', to: '/data' }])
  })

  test('gives configs and secrets as files', () => {
    const one = compose(`
services: {a: {image: a, configs: [{source: c, target: /etc/c}], secrets: [s]}}
configs: {c: {content: hello}}
secrets: {s: {file: ./secret.txt}}
`)
    expect(refusal(() => start(one, 'a'))).toMatch(/^file:4:11: secrets\.s: no file at /)
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    const spec = start(one, 'a')
    expect(spec.files).toEqual({ '/etc/c': 'hello' })
    expect(spec.settings?.binds).toEqual([
      { from: join(folder, 'secret.txt'), to: '/run/secrets/s' },
    ])
  })

  test('what is not honoured is named, once, with the reason', () => {
    const one = compose(
      'services: {a: {image: a, privileged: true, restart: "no", labels: [x], x-own: 1, gpus: all}}',
    )
    one.service('a')
    one.service('a')
    expect(one.remarks.map((line) => line.replace(/^.*yml: /, ''))).toEqual([
      'service a: privileged is not honoured: nothing of a run is privileged',
      'service a: gpus is not honoured: schism does not know it',
    ])
  })
})

test('volumes that are otherwise than in the file are named', () => {
  writeFileSync(join(folder, 'some.conf'), '')
  const file = compose(
    'services: {a: {image: a, scale: 2, volumes: ["d:/d", "e:/e", "/dev/null:/s", "./some.conf:/c"]}, b: {volumes: ["e:/e"]}}',
  )
  remarkVolumes(file, { service: 'a', node: 'a', participants: ['a', 'b'] })
  expect(file.remarks.map((line) => line.replace(/^.*yml: service a: /, ''))).toEqual([
    expect.stringMatching(/^nodes get copies of .*some\.conf: what they write to \/c ends/),
    'faults of disks do not reach /e, only /d',
    'each of its containers has a volume d of its own',
    '/dev/null is neither file nor folder and is left out',
  ])
})

describe('what is wrong is said with its place', () => {
  test.each([
    ['services:\n  a:\n    image: [\n', /^file:4:1: .*flow sequence/i],
    ['services:\n  a: {image: x}\n  a: {image: y}\n', /^file:3:3: Map keys must be unique/],
    ['services: [a]', /^file:1:1: services: expected services by name/],
    ['version: "3"\n', /^file: services: expected services by name/],
    ['', /^file: .*expected object/],
    [
      `services:\n  a:\n    image: "\${NONE:?say which}"\n`,
      /^file:3:5: services\.a\.image: .*say which/,
    ],
  ])('%j', (text, message) => {
    expect(refusal(() => compose(text))).toMatch(message)
  })

  test.each([
    ['command: {a: 1}', /^file:3:5: services\.a\.command: expected text or a list of words/],
    ['ports: [[1]]', /^file:3:13: services\.a\.ports\.0: expected PORT/],
    ['depends_on: {b: {condition: soon}}', /^file:3:22: services\.a\.depends_on\.b\.condition: /],
    ['extends: {file: other.yml, service: x}', /another file cannot be extended/],
    ['extends: b', /unknown service "b"/],
    ['extends: a', /a extends itself/],
  ])('%s', (line, message) => {
    const file = compose(`services:\n  a:\n    ${line}\n`)
    expect(refusal(() => file.service('a'))).toMatch(message)
  })

  test.each([
    ['depends_on: [bb]', /^file:3:5: services\.a\.depends_on: unknown service "bb"/],
    ['links: ["c:cc"]', /services\.a\.links: unknown service "c"/],
  ])('%s', (line, message) => {
    const file = compose(`services:\n  a:\n    ${line}\n`)
    expect(refusal(() => select(file, { services: ['a'], helpers: [] }))).toMatch(message)
  })

  test('a glob that matches nothing names what there is', () => {
    const file = compose('services: {redis: {image: a}, web: {image: b}}')
    expect(refusal(() => select(file, { services: ['rediz'], helpers: [] }))).toMatch(
      /^file: no service is called "rediz"; did you mean "redis"\?/,
    )
  })

  test('services that wait for each other', () => {
    const file = compose(
      'services: {a: {image: a, depends_on: [b]}, b: {image: b, depends_on: [a]}}',
    )
    expect(refusal(() => select(file, { services: ['a'], helpers: [] }))).toMatch(
      /services\.b\.depends_on: a waits for itself: a, b, a/,
    )
  })

  test('a service with neither image nor build, or a folder that is not there', () => {
    const file = compose('services:\n  a: {command: x}\n  b: {build: ./none}\n')
    expect(refusal(() => imageOf(file, 'a'))).toMatch(
      /^file:2:3: services\.a: expected image or build/,
    )
    expect(refusal(() => imageOf(file, 'b'))).toMatch(
      /^file:3:7: services\.b\.build: .*no Dockerfile/,
    )
  })

  test('an alias bomb', () => {
    const level = (n: number): string =>
      `l${n}: &l${n} [${Array.from({ length: 9 }, () => `*l${n - 1}`).join(', ')}]`
    const text = ['l0: &l0 [x]', ...[1, 2, 3, 4, 5, 6].map(level), 'services: {}'].join('\n')
    expect(refusal(() => compose(text))).toMatch(/^file: .*alias/i)
  })
})
