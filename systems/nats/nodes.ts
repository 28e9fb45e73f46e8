/**
 * How NATS servers start. They know all routes of the cluster from their configuration, which names the
 * servers too: a Raft group counts members by name, and a restarted server must be the one it was.
 */
import type { Member, NodeSpec, Peer } from '../../harness/api.ts'

export const CLIENT_PORT = 4222
/** Where a server tells of itself over HTTP. */
export const MONITOR_PORT = 8222
const ROUTE_PORT = 6222

const DATA_FOLDER = '/data'
/** A folder inside: the root of a mounted file system may hold lost+found. */
const OWN_FOLDER = `${DATA_FOLDER}/nats`
const CONFIGURATION = '/etc/schism/nats.conf'

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `n${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[]): NodeSpec => ({
  argv: ['nats-server', '--config', CONFIGURATION],
  files: { [CONFIGURATION]: configuration(node, peers) },
  dataFolder: DATA_FOLDER,
})

const configuration = (node: Peer, peers: readonly Peer[]): string => `server_name: ${node.name}
listen: "0.0.0.0:${CLIENT_PORT}"
http: "0.0.0.0:${MONITOR_PORT}"
jetstream { store_dir: "${OWN_FOLDER}" }
cluster {
  name: schism
  listen: "0.0.0.0:${ROUTE_PORT}"
  routes: [${peers.map(({ address }) => `"nats://${address}:${ROUTE_PORT}"`).join(', ')}]
}
`
