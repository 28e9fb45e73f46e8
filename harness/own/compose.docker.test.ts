/** What a compose file says, as real containers have it: order, names, volumes, files, environment, and helpers apart. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import type { RunningCluster } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { baseImage } from '../cluster/docker/dockerfile.ts'
import { leftOf } from '../cluster/docker/fixture.ts'
import { resolveSystem } from './resolve.ts'

const folder = mkdtempSync(join(tmpdir(), 'schism-composed-'))
const never = new AbortController().signal
const runId = `compose-${process.pid}`

const composeFile = `
name: composed
services:
  setup:
    image: ${baseImage}
    command: sh -c "sleep 0.3; echo made > /shared/by-setup"
    volumes: [shared:/shared]
  seed:
    image: ${baseImage}
    entrypoint: [sh, -c]
    command: ["sleep 0.3; touch /tmp/well; exec sleep 1000"]
    healthcheck: {test: test -f /tmp/well}
    container_name: the-seed
  node:
    build:
      context: .
      args: {GREETING: hello}
    command: ["--own", "argument"]
    environment: {SIZE: 3}
    working_dir: /srv
    depends_on:
      setup: {condition: service_completed_successfully}
      seed: {condition: service_healthy}
    expose: [80]
    scale: 2
    volumes:
      - data:/var/lib/own
      - shared:/shared
      - ./conf:/etc/own
      - ./read-only.txt:/read-only.txt:ro
    secrets: [password]
secrets:
  password: {file: ./password.txt}
`

const dockerfile = `FROM ${baseImage}
ARG GREETING
RUN echo $GREETING > /greeting && mkdir -p /var/lib/own && echo image > /var/lib/own/from-image
ENTRYPOINT ["sh", "-c", "cp /shared/by-setup /var/lib/own/seen; echo $@ >> /var/lib/own/arguments; exec sleep 1000", "sh"]
`

describe('services of a compose file in containers', () => {
  let cluster: RunningCluster
  const inNode = (node: string, command: string): Promise<string> =>
    cluster.exec(node, ['sh', '-c', command]).then((text) => text.trim())

  beforeAll(async () => {
    mkdirSync(join(folder, 'conf'))
    for (const [name, text] of Object.entries({
      'docker-compose.yml': composeFile,
      Dockerfile: dockerfile,
      'conf/own.conf': 'mine',
      'read-only.txt': 'theirs',
      'password.txt': 'secret',
    }))
      writeFileSync(join(folder, name), text)
    const { name, system } = await resolveSystem(
      { compose: 'docker-compose.yml', services: ['node'], client: 'http' },
      { catalog: await loadCatalog(), folder },
    )
    cluster = await dockerCluster.up({
      runId,
      systemName: name,
      system,
      nodes: 2,
      options: {},
      progress: () => {},
      signal: never,
    })
  })
  afterAll(async () => {
    await cluster?.down()
    rmSync(folder, { recursive: true, force: true })
    expect(await leftOf(runId)).toEqual([])
  })

  test('are the nodes, started when those that they wait for have come so far', async () => {
    expect(cluster.nodes.map(({ name }) => name)).toEqual(['node-1', 'node-2'])
    await expect.poll(() => inNode('node-2', 'cat /var/lib/own/seen')).toBe('made')
  })

  test('start as image and file say', async () => {
    expect(await inNode('node-1', 'cat /greeting /var/lib/own/arguments')).toBe(
      'hello\n--own argument',
    )
    expect(await inNode('node-1', 'pwd; echo $SIZE')).toBe('/srv\n3')
  })

  test('find each other and their helpers by the names of the file', async () => {
    const found = await inNode('node-1', 'getent hosts seed the-seed node-2 node | wc -l')
    expect(Number(found)).toBeGreaterThanOrEqual(4)
  })

  test('have what is mounted, and change nothing of it outside', async () => {
    expect(
      await inNode('node-1', 'cat /etc/own/own.conf /read-only.txt /run/secrets/password'),
    ).toBe('minetheirssecret')
    await inNode('node-1', 'echo changed > /etc/own/own.conf')
    expect(readFileSync(join(folder, 'conf', 'own.conf'), 'utf8')).toBe('mine')
    expect(await inNode('node-2', 'cat /etc/own/own.conf')).toBe('mine')
    await expect(inNode('node-1', 'echo x > /read-only.txt')).rejects.toThrow(/Read-only/)
    await inNode('node-1', 'echo two > /shared/by-node')
    expect(await inNode('node-2', 'cat /shared/by-node')).toBe('two')
  })

  test('keep their own data through a kill, which no helper feels, and lose it when it is wiped', async () => {
    const { kill, start, wipe, isWiped } = cluster.processes!
    await kill(['node-1', 'node-2'])
    await start(['node-1', 'node-2'])
    expect(
      await inNode('node-1', 'cat /var/lib/own/from-image; wc -l < /var/lib/own/arguments'),
    ).toBe('image\n2')
    await expect(cluster.exec('seed', ['true'])).rejects.toThrow('no node is called seed')
    await kill(['node-2'])
    await wipe(['node-2'])
    expect(await isWiped('node-2')).toBe(true)
    await start(['node-2'])
  })

  test('leave logs, helpers too', async () => {
    const logs = join(folder, 'logs')
    await cluster.saveLogs(logs)
    expect(readdirSync(logs).toSorted()).toEqual([
      'node-1.log',
      'node-2.log',
      'seed.log',
      'setup.log',
    ])
  })
})
