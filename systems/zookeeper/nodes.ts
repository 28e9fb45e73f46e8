/**
 * How ZooKeeper's servers start: the limits of the sample configuration (zoo_sample.cfg), in shorter ticks.
 * The class path names what a server needs of the Debian packages, because among all that lie in the
 * folder several would like to do the logging.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../harness/api.ts'

export const CLIENT_PORT = 2181
const QUORUM_PORT = 2888
const ELECTION_PORT = 3888

export const DATA_FOLDER = '/data'
/** A folder inside: the root of a mounted file system may hold lost+found. */
const OWN_FOLDER = `${DATA_FOLDER}/zookeeper`
const CONFIGURATION = '/etc/schism/zoo.cfg'

const jars = [
  'zookeeper',
  'zookeeper-jute',
  'metrics-core',
  'snappy-java',
  'slf4j-api',
  'slf4j-simple',
]

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `z${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec => ({
  argv: [
    'sh',
    '-c',
    // A server learns which of the configured ones it is from a file beside its data.
    `mkdir -p ${OWN_FOLDER} && echo ${idOf(node, peers)} > ${OWN_FOLDER}/myid && exec "$@"`,
    'start',
    'java',
    // Several servers share a machine: little memory, and one thread to collect it.
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSX",
    '-cp',
    jars.map((jar) => `/usr/share/java/${jar}.jar`).join(':'),
    'org.apache.zookeeper.server.quorum.QuorumPeerMain',
    CONFIGURATION,
  ],
  files: { [CONFIGURATION]: configuration(peers, options) },
  dataFolder: DATA_FOLDER,
})

const configuration = (peers: readonly Peer[], { tickTimeMs }: OptionValues): string =>
  [
    `tickTime=${tickTimeMs}`,
    'initLimit=10',
    'syncLimit=5',
    `dataDir=${OWN_FOLDER}`,
    `clientPort=${CLIENT_PORT}`,
    // All clients come from one address.
    'maxClientCnxns=0',
    'admin.enableServer=false',
    ...peers.map(
      (peer) =>
        `server.${idOf(peer, peers)}=${peer.address}:${QUORUM_PORT}:${ELECTION_PORT};${CLIENT_PORT}`,
    ),
    '',
  ].join('\n')

const idOf = (node: Peer, peers: readonly Peer[]): number =>
  peers.findIndex(({ name }) => name === node.name) + 1
