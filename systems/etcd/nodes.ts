/**
 * How etcd's members start. Heartbeat and election times are the stock ones, written out because runs
 * are read with them in mind. A restarted member finds its data and ignores the initial-cluster flags.
 */
import type { Member, NodeSpec, Peer } from '../../harness/api.ts'

export const CLIENT_PORT = 2379
const PEER_PORT = 2380
const DATA_FOLDER = '/data'

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `n${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[]): NodeSpec => ({
  argv: [
    'etcd',
    `--name=${node.name}`,
    // A folder of its own: the root of a mounted file system may hold lost+found.
    `--data-dir=${DATA_FOLDER}/etcd`,
    `--listen-client-urls=http://0.0.0.0:${CLIENT_PORT}`,
    `--advertise-client-urls=http://${node.address}:${CLIENT_PORT}`,
    `--listen-peer-urls=http://0.0.0.0:${PEER_PORT}`,
    `--initial-advertise-peer-urls=${peerUrl(node)}`,
    `--initial-cluster=${peers.map((peer) => `${peer.name}=${peerUrl(peer)}`).join(',')}`,
    '--initial-cluster-state=new',
    '--heartbeat-interval=100',
    '--election-timeout=1000',
    '--enable-v2=false',
  ],
  dataFolder: DATA_FOLDER,
})

const peerUrl = (peer: Peer): string => `http://${peer.address}:${PEER_PORT}`
