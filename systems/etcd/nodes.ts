/**
 * How etcd's members start. Heartbeat and election times are the stock ones, written out because runs
 * are read with them in mind. A restarted member finds its data and ignores the initial-cluster flags.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../harness/api.ts'

export const CLIENT_PORT = 2379
const PEER_PORT = 2380

/** Holds the initial cluster of a member that was added to a running one; absent in the first members. */
export const JOINING = '/etc/schism/initial-cluster'

const DATA_FOLDER = '/data'
/** A folder inside: the root of a mounted file system may hold lost+found. */
const OWN_FOLDER = `${DATA_FOLDER}/etcd`

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `n${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec => ({
  argv: [
    'bash',
    '-c',
    `${joinIfAdded}; ${awaitFirst(node, peers)}`,
    'await-first',
    'etcd',
    `--name=${node.name}`,
    `--data-dir=${OWN_FOLDER}`,
    `--listen-client-urls=http://0.0.0.0:${CLIENT_PORT}`,
    `--advertise-client-urls=http://${node.address}:${CLIENT_PORT}`,
    `--listen-peer-urls=http://0.0.0.0:${PEER_PORT}`,
    `--initial-advertise-peer-urls=${peerUrl(node)}`,
    `--initial-cluster=${initialCluster(peers)}`,
    '--initial-cluster-state=new',
    '--heartbeat-interval=100',
    '--election-timeout=1000',
    // Absent: etcd's own.
    ...(options.snapshotCount === undefined ? [] : [`--snapshot-count=${options.snapshotCount}`]),
    '--enable-v2=false',
  ],
  dataFolder: DATA_FOLDER,
})

/** Of two flags with one name etcd takes the last. A restarted member finds its data and ignores both. */
const joinIfAdded =
  `if [ -f ${JOINING} ]; then exec "$@" --initial-cluster-state=existing ` +
  `"--initial-cluster=$(cat ${JOINING})"; fi`

/** The flag's value for these members. */
export const initialCluster = (peers: readonly Pick<Peer, 'name' | 'address'>[]): string =>
  peers.map((peer) => `${peer.name}=${peerUrl(peer)}`).join(',')

/**
 * A member without data first asks each peer whether it knows it already, one second each, in the order
 * of their addresses. Members that start in the same moment listen and do not answer yet, so five of
 * them spend four seconds waiting for each other. When one is ahead, the others get its answer at once;
 * so on the first start, and for at most three seconds, they wait until it answers.
 */
const awaitFirst = (node: Peer, peers: readonly Peer[]): string => {
  const first = peers.toSorted((a, b) => (peerUrl(a) < peerUrl(b) ? -1 : 1))[0]!
  if (first.name === node.name) return 'exec "$@"'
  const connected = `until exec 3<>/dev/tcp/${first.address}/${PEER_PORT}; do sleep 0.03; done`
  const answered = 'printf "GET /members HTTP/1.0\\r\\n\\r\\n" >&3; read -r <&3'
  const wait = `timeout 3 bash -c '${connected}; ${answered}' 2>/dev/null`
  return `[ -d ${OWN_FOLDER}/member ] || ${wait}; exec "$@"`
}

export const peerUrl = (peer: Pick<Peer, 'address'>): string =>
  `http://${peer.address}:${PEER_PORT}`
