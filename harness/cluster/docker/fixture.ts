/**
 * For tests only: a system of nodes that do nothing but count, so that what a fault does to a
 * process, its data and its network shows without any protocol. Each node appends a byte to its
 * data every 10 ms.
 */
import { randomBytes } from 'node:crypto'
import type { Cluster, NodeSpec, System } from '../../api.ts'
import { monotonicMs } from '../../clock.ts'
import type { ClusterRequest, RunningCluster } from '../cluster.ts'
import { dockerCluster } from './docker.ts'
import { openEngine } from './engine.ts'
import { labelOf } from './labels.ts'

export const counting = [
  '$| = 1; print "start\\n"; open(my $data, ">>", "/data/bytes"); $data->autoflush(1);',
  'while (1) { print $data "."; select(undef, undef, undef, 0.01) }',
].join(' ')

export const toySystem = (changes: Partial<System> & { spec?: () => NodeSpec } = {}): System => ({
  summary: 'counts',
  image: { packages: ['iputils-ping'] },
  version: '0',
  sizes: { default: 5, allowed: [1, 2, 3, 5] },
  options: {},
  members: (nodes) =>
    Array.from({ length: nodes }, (_, n) => ({ name: `n${n + 1}`, role: 'server', serves: true })),
  spec: () => ({ argv: ['perl', '-MIO::Handle', '-e', counting], dataFolder: '/data' }),
  ready: async (cluster: Cluster) => {
    for (const { name } of cluster.nodes)
      if ((await bytesOf(cluster, name)) === 0) throw new Error(`${name} has not counted yet`)
  },
  clients: {},
  claims: () => ({}),
  ...changes,
})

export const toyRequest = (changes: Partial<ClusterRequest> = {}): ClusterRequest => ({
  runId: `test-${randomBytes(4).toString('hex')}`,
  systemName: 'toy',
  system: toySystem(),
  nodes: 3,
  options: {},
  progress: () => {},
  signal: new AbortController().signal,
  ...changes,
})

/** Brings a toy cluster up, gives it to `use` and takes it down, whatever happened. */
export const withCluster = async (
  changes: Partial<ClusterRequest>,
  use: (cluster: RunningCluster, runId: string) => Promise<void>,
): Promise<void> => {
  const request = toyRequest(changes)
  const cluster = await dockerCluster.up(request)
  try {
    await use(cluster, request.runId)
  } finally {
    await cluster.down()
  }
}

/** How far a node has counted. */
export const bytesOf = async (cluster: Cluster, node: string): Promise<number> =>
  Number((await cluster.exec(node, ['sh', '-c', 'cat /data/bytes | wc -c'])).trim())

/** Whether one node gets an answer from another, in one family. */
export const answers = async (
  cluster: Cluster,
  from: string,
  to: string,
  family: 'ipv4' | 'ipv6',
): Promise<boolean> => {
  const address = await addressOf(cluster, to, family)
  return cluster.exec(from, ['ping', '-c', '1', '-W', '0.3', address]).then(
    () => true,
    () => false,
  )
}

const addressOf = async (cluster: Cluster, node: string, family: 'ipv4' | 'ipv6') => {
  const hosts = await cluster.exec(node, ['cat', '/etc/hosts'])
  const own = hosts.split('\n').map((line) => line.split(/\s+/))
  const isRight = (address: string) => address.includes(':') === (family === 'ipv6')
  return own.find(([address = '', name]) => name === node && isRight(address))?.[0] ?? 'none'
}

/** The names of everything that a run still has in the engine. */
export const leftOf = async (runId: string): Promise<readonly string[]> => {
  const engine = openEngine()
  const filters = JSON.stringify({ label: [`${labelOf.run}=${runId}`] })
  const [containers, networks, volumes] = await Promise.all([
    engine.listContainers({ all: true, filters }),
    engine.listNetworks({ filters }),
    engine.listVolumes({ filters }),
  ])
  return [
    ...containers.map(({ Id, Names }) => Names[0] ?? Id),
    ...networks.map(({ Name }) => Name),
    ...(volumes.Volumes ?? []).map(({ Name }) => Name),
  ]
}

/** Runs and prints how long it took: the numbers are part of what the tests show. */
export const measured = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const start = monotonicMs()
  const result = await work()
  process.stdout.write(`  ${what}: ${Math.round(monotonicMs() - start)} ms\n`)
  return result
}
