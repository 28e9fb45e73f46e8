/**
 * How Redis servers and Sentinels start. Both keep a configuration that they rewrite themselves when
 * the primary changes (CONFIG REWRITE), so it lies in the data folder and is put there only when there
 * is none: a restarted server must remember that it was demoted, a restarted Sentinel what it voted.
 *
 * The Sentinels are told of each other and of the replicas in the form in which they would write it
 * down themselves. They would find out by publishing greetings every two seconds; this way they agree
 * at once, and a run starts seconds earlier.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../harness/api.ts'

export const SERVER_PORT = 6379
export const SENTINEL_PORT = 26379

/** The name under which the Sentinels know the primary. */
export const PRIMARY_NAME = 'primary'

const SENTINELS = 3
const DATA_FOLDER = '/data'

export const members = (nodes: number): readonly Member[] => [
  ...numbered(nodes, (n) => ({ name: `r${n}`, role: 'server', serves: true })),
  ...numbered(SENTINELS, (n) => ({ name: `s${n}`, role: 'sentinel', serves: false })),
]

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec =>
  node.role === 'sentinel'
    ? started('redis-sentinel', sentinelConf(node, peers, options))
    : started('redis-server', serverConf(node, peers, options))

const serverConf = (
  node: Peer,
  peers: readonly Peer[],
  options: OptionValues,
): readonly string[] => {
  const [first] = serversOf(peers)
  return [
    `port ${SERVER_PORT}`,
    'bind 0.0.0.0',
    'protected-mode no',
    `dir ${DATA_FOLDER}`,
    // Stock Redis keeps snapshots alone, and then any kill loses minutes of writes: a known answer of
    // its own (`appendonly=no`). With the log, what is lost is lost by replication and fail-over.
    `appendonly ${options.appendonly}`,
    // Stock Redis collects replicas for five seconds before it sends them a snapshot. Here they all
    // come at once, and the wait would only delay the start and every recovery.
    'repl-diskless-sync-delay 0',
    ...(node.name === first!.name ? [] : [`replicaof ${first!.address} ${SERVER_PORT}`]),
  ]
}

const sentinelConf = (
  node: Peer,
  peers: readonly Peer[],
  { downAfterMs, failoverTimeoutMs }: OptionValues,
): readonly string[] => {
  const [first, ...replicas] = serversOf(peers)
  const sentinels = peers.filter(({ role }) => role === 'sentinel')
  const quorum = Math.floor(sentinels.length / 2) + 1
  return [
    `port ${SENTINEL_PORT}`,
    'bind 0.0.0.0',
    'protected-mode no',
    `dir ${DATA_FOLDER}`,
    `sentinel myid ${runId(node)}`,
    `sentinel monitor ${PRIMARY_NAME} ${first!.address} ${SERVER_PORT} ${quorum}`,
    `sentinel down-after-milliseconds ${PRIMARY_NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${PRIMARY_NAME} ${failoverTimeoutMs}`,
    ...replicas.map((r) => `sentinel known-replica ${PRIMARY_NAME} ${r.address} ${SERVER_PORT}`),
    ...sentinels
      .filter(({ name }) => name !== node.name)
      .map(
        (s) => `sentinel known-sentinel ${PRIMARY_NAME} ${s.address} ${SENTINEL_PORT} ${runId(s)}`,
      ),
  ]
}

/** A Sentinel's identity: 40 hex digits that only it has, here made from its name. */
const runId = ({ name }: Peer): string => Buffer.from(name).toString('hex').padStart(40, '0')

/** A program started with the configuration it left, or with this one when there is none. */
const started = (program: string, conf: readonly string[]): NodeSpec => {
  const initial = `/etc/schism/${program}.conf`
  const own = `${DATA_FOLDER}/${program}.conf`
  return {
    // Moved into place, so that a kill in the middle leaves no half-written configuration.
    argv: [
      'sh',
      '-c',
      `[ -f ${own} ] || { cp ${initial} ${own}.new && mv ${own}.new ${own}; }; exec ${program} ${own}`,
    ],
    files: { [initial]: `${conf.join('\n')}\n` },
    dataFolder: DATA_FOLDER,
  }
}

const serversOf = (peers: readonly Peer[]): readonly Peer[] =>
  peers.filter(({ role }) => role === 'server')

const numbered = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1))
