/**
 * How a node of a replicated PostgreSQL starts: the server under Patroni, which makes one of them the primary, lets the others
 * follow it by streaming replication and promotes one of them when the primary is gone; and a member of etcd, in which the
 * Patronis agree who that is. The first start makes nothing itself: Patroni runs initdb on one node and copies it to the others.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../../harness/api.ts'
import { tables } from '../dialect.ts'
import { DEADLOCK_TIMEOUT, SERVER_PORT } from '../postgres/nodes.ts'

const DATA_FOLDER = '/data'
const PROGRAMS = '/usr/lib/postgresql/15/bin'
const START = '/etc/schism/start.sh'
const PATRONI = '/etc/schism/patroni.json'
const TABLES = '/etc/schism/tables.sql'
const ETCD_CLIENT = 2379
const ETCD_PEER = 2380
const REST = 8008

export const REPLICATION = 'schism.replication'

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `p${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec => ({
  argv: ['sh', START, ...etcd(node, peers)],
  files: {
    [START]: start,
    [PATRONI]: JSON.stringify(patroni(node, peers, options), undefined, 1),
    [TABLES]: tables.map((table) => `${table};\n`).join(''),
  },
  dataFolder: DATA_FOLDER,
})

/**
 * Nothing runs when a container starts, so whatever process the lock file names that a kill left behind, it is another
 * one now. Patroni becomes process 1 and hands signals on.
 */
const start = `set -e
as_postgres='setpriv --reuid=postgres --regid=postgres --init-groups'
install -d -o postgres -g postgres -m 700 ${DATA_FOLDER}/etcd ${DATA_FOLDER}/home
[ -d ${DATA_FOLDER}/postgres ] || install -d -o postgres -g postgres -m 700 ${DATA_FOLDER}/postgres
rm -f ${DATA_FOLDER}/postgres/postmaster.pid
HOME=${DATA_FOLDER}/home
export HOME
cd $HOME
$as_postgres etcd "$@" &
exec $as_postgres patroni ${PATRONI}
`

const etcd = (node: Peer, peers: readonly Peer[]): readonly string[] => [
  `--name=${node.name}`,
  `--data-dir=${DATA_FOLDER}/etcd`,
  `--listen-client-urls=http://0.0.0.0:${ETCD_CLIENT}`,
  `--advertise-client-urls=http://${node.address}:${ETCD_CLIENT}`,
  `--listen-peer-urls=http://0.0.0.0:${ETCD_PEER}`,
  `--initial-advertise-peer-urls=http://${node.address}:${ETCD_PEER}`,
  `--initial-cluster=${peers.map(({ name, address }) => `${name}=http://${address}:${ETCD_PEER}`).join()}`,
  '--initial-cluster-state=new',
  '--enable-v2=false',
  '--logger=zap',
  '--log-level=warn',
]

/** Patroni's times, s, by the rule that its documentation gives: loop_wait + 2 · retry_timeout ≤ ttl. */
const patience = (lease: number) => ({
  ttl: lease,
  loop_wait: 1,
  retry_timeout: Math.max(1, Math.floor((lease - 1) / 2)),
})

/** Patroni's configuration; JSON is YAML. */
const patroni = (node: Peer, peers: readonly Peer[], options: OptionValues): object => ({
  scope: 'schism',
  name: node.name,
  restapi: { listen: `0.0.0.0:${REST}`, connect_address: `${node.address}:${REST}` },
  etcd3: { hosts: peers.map(({ address }) => `${address}:${ETCD_CLIENT}`) },
  bootstrap: {
    dcs: {
      ...patience(Number(options.leaseS)),
      maximum_lag_on_failover: 1048576,
      // Strict: with nobody to follow it, the primary waits instead of going on alone.
      synchronous_mode: options.replication === 'synchronous',
      synchronous_mode_strict: options.replication === 'synchronous',
      postgresql: {
        use_pg_rewind: true,
        use_slots: true,
        parameters: { wal_log_hints: 'on', max_connections: 200 },
      },
    },
    // What it makes is synced as a whole below.
    initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, { auth: 'trust' }, 'no-sync'],
    // The network has no way out, and the clients come from the machine that made it.
    pg_hba: ['local all all trust', 'host all all all trust', 'host replication all all trust'],
    post_init: `sh -c '${PROGRAMS}/psql -X -v ON_ERROR_STOP=1 -f ${TABLES} "$1" && sync -f ${DATA_FOLDER}' tables`,
  },
  postgresql: {
    listen: `0.0.0.0:${SERVER_PORT}`,
    connect_address: `${node.address}:${SERVER_PORT}`,
    data_dir: `${DATA_FOLDER}/postgres`,
    bin_dir: PROGRAMS,
    authentication: {
      superuser: { username: 'postgres' },
      replication: { username: 'postgres' },
      rewind: { username: 'postgres' },
    },
    // A spread one would keep the first standbys waiting.
    basebackup: [{ checkpoint: 'fast' }],
    // What has gone another way than the primary and cannot be rewound is copied anew.
    remove_data_directory_on_rewind_failure: true,
    remove_data_directory_on_diverged_timelines: true,
    parameters: {
      unix_socket_directories: '',
      deadlock_timeout: DEADLOCK_TIMEOUT,
      // The stock value, written out because what a fail-over may lose hangs on it.
      synchronous_commit: 'on',
      // No setting of PostgreSQL: what was asked for, so that a node can be asked for it.
      [REPLICATION]: options.replication,
    },
  },
})
