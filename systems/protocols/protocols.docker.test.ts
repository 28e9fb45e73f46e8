/** Each ready-made client against a real server that speaks its protocol, all in one cluster. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Call,
  DefiniteError,
  type Member,
  type OptionValues,
  Refused,
  type System,
  type Target,
} from '../../harness/api.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import etcdSystem from '../etcd/index.ts'
import redlock from '../redlock/index.ts'
import mariadb from '../sql/mariadb/index.ts'
import postgresSystem from '../sql/postgres/index.ts'
import etcd from './etcd.ts'
import mysql from './mysql.ts'
import postgres from './postgres.ts'
import redis from './redis.ts'

const never = new AbortController().signal

/** A server of a system that schism knows, and the protocol that it speaks. */
const servers = {
  redis: { protocol: redis, system: redlock, environment: {} },
  etcd: { protocol: etcd, system: etcdSystem, environment: {} },
  // Neither the systems' own database nor their tables: what clients need is made.
  postgres: {
    protocol: postgres,
    system: postgresSystem,
    environment: { POSTGRES_DB: 'template1' },
  },
  mysql: {
    protocol: mysql,
    system: mariadb,
    environment: { MARIADB_USER: 'schism', MYSQL_DATABASE: 'own-data' },
  },
} as const
type Name = keyof typeof servers

const names = Object.keys(servers) as Name[]
const optionsOf = ({ options }: Pick<System, 'options'>): OptionValues =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]))
const systemOf = (name: string): System => servers[name as Name].system

const together: System = {
  summary: 'one server of each',
  image: redlock.image,
  version: '0',
  sizes: { default: names.length, allowed: [names.length] },
  options: {},
  members: () => names.map((name): Member => ({ name, role: 'server', serves: true })),
  imageOf: ({ name }) => systemOf(name).image,
  spec: (node) => systemOf(node.name).spec(node, [node], optionsOf(systemOf(node.name))),
  ready: async (cluster, signal) => {
    await Promise.all(
      names.map((name) => servers[name].protocol.ready(target(cluster, name), signal)),
    )
  },
  clients: {},
  claims: () => ({}),
}

const target = (cluster: Pick<RunningCluster, 'nodes'>, name: Name): Target => ({
  cluster: cluster as RunningCluster,
  node: cluster.nodes.find((node) => node.name === name)!,
  options: {},
  environment: servers[name].environment,
  argument: '',
})

describe('a ready-made client', () => {
  let cluster: RunningCluster
  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `protocols-${process.pid}`,
      systemName: 'protocols',
      system: together,
      nodes: names.length,
      options: {},
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
  })
  afterAll(() => cluster?.down())

  test.each(names)('of %s keeps registers and sets, and tells what it saw', async (name) => {
    const { protocol } = servers[name]
    const at = target(cluster, name)
    const register = await protocol.clients.register(at)
    const invoke = (call: Call) => register.invoke(call as never, never)
    expect(await invoke({ f: 'read', key: 1, value: null })).toBeNull()
    expect(await invoke({ f: 'write', key: 1, value: 5 })).toBe(5)
    expect(await invoke({ f: 'cas', key: 1, value: [5, 6] })).toEqual([5, 6])
    const refusal = await invoke({ f: 'cas', key: 1, value: [5, 7] }).catch((error) => error)
    expect(refusal).toBeInstanceOf(Refused)
    expect(refusal.value).toEqual([5, 7, 6])
    expect(await invoke({ f: 'read', key: 1, value: null })).toBe(6)
    await register.close()

    const set = await protocol.clients.set(at)
    await set.invoke({ f: 'add', value: 3 } as never, never)
    expect(await set.invoke({ f: 'read', value: null } as never, never)).toEqual([3])
    await set.close()

    expect(await protocol.isPrimary(at, never)).toBe(true)
    const time = await protocol.wallTime(at, never)
    const here = await cluster.exec(name, ['date', '+%s'])
    expect(Math.abs(time!.ms / 1000 - Number(here))).toBeLessThan(60)
  })

  test('of mysql writes nothing to a server that takes no writes, though it might', async () => {
    const root = (statement: string) => cluster.exec('mysql', ['mariadb', '-e', statement])
    await root("GRANT READ_ONLY ADMIN ON *.* TO schism@'%'")
    await root('SET GLOBAL read_only = ON')
    const at = target(cluster, 'mysql')
    const register = await mysql.clients.register(at)
    const refusal = await register
      .invoke({ f: 'write', key: 1, value: 9 }, never)
      .catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DefiniteError)
    expect(await register.invoke({ f: 'read', key: 1, value: null }, never)).toBe(6)
    expect(await mysql.isPrimary(at, never)).toBe(false)
    await mysql.ready(at, never)
    await register.close()
    await root('SET GLOBAL read_only = OFF')
  })

  test('is ready again and again, with its tables as they are', async () => {
    await together.ready(cluster, never)
    const register = await mysql.clients.register(target(cluster, 'mysql'))
    expect(await register.invoke({ f: 'read', key: 1, value: null }, never)).toBe(6)
    await register.close()
  })
})
