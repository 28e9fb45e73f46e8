/**
 * How a MariaDB server starts. The first start makes the system tables and our own beside their place and moves them there
 * when all of it is on the disk, so that neither a kill nor a power failure leaves half of it. Nodes behind the first are its
 * replicas: they begin with the same tables, follow its binary log by global transaction ids and take no writes.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../../harness/api.ts'
import { tables } from '../dialect.ts'

export const SERVER_PORT = 3306
export const USER = 'schism'
export const DATABASE = 'schism'

export const DATA_FOLDER = '/data'
/** A folder inside: the root of a mounted file system may hold lost+found. */
export const OWN_FOLDER = `${DATA_FOLDER}/mysql`
const START = '/etc/schism/start.sh'
const TABLES = '/etc/schism/tables.sql'
const FOLLOW = '/etc/schism/follow.sql'

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `m${index + 1}`,
    role: index === 0 ? 'server' : 'replica',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec => {
  const [primary] = peers
  const isReplica = node.name !== primary!.name
  return {
    argv: [
      'sh',
      START,
      ...settings(options),
      ...(peers.length === 1
        ? []
        : ['--log-bin', `--server-id=${peers.findIndex(({ name }) => name === node.name) + 1}`]),
      ...(isReplica ? ['--read-only=ON', `--init-file=${FOLLOW}`] : []),
    ],
    files: {
      [START]: start,
      [TABLES]: firstStatements,
      ...(isReplica ? { [FOLLOW]: follow(primary!) } : {}),
    },
    dataFolder: DATA_FOLDER,
  }
}

/** What every server is told, of Galera as well. */
export const settings = ({
  isolation,
  snapshotIsolation,
  flush,
}: OptionValues): readonly string[] => [
  `--datadir=${OWN_FOLDER}`,
  '--bind-address=0.0.0.0',
  '--skip-name-resolve',
  // Stock is 2, which has a line for every client that hangs up without a word.
  '--log-warnings=1',
  '--max-connections=300',
  `--transaction-isolation=${isolation!.toUpperCase()}`,
  `--innodb-snapshot-isolation=${snapshotIsolation!.toUpperCase()}`,
  `--innodb-flush-log-at-trx-commit=${flush}`,
  // Stock: 50 s. A transaction that waits for a lock does not notice that its client has gone.
  '--innodb-lock-wait-timeout=2',
  // Small, so that nodes start fast and fit on small disks.
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=32M',
]

/** Makes a data folder, in shell; `$new` is where. The last line puts what it made on the disk. */
export const makeData = (tablesFile: string): string => `  rm -rf $new
  mariadb-install-db --user=mysql --datadir=$new --skip-test-db --skip-name-resolve \\
    --auth-root-authentication-method=normal --innodb-log-file-size=32M > /dev/null
  mariadbd --user=mysql --datadir=$new --innodb-log-file-size=32M --bootstrap < ${tablesFile}
  sync -f $new`

const start = `set -e
mkdir -p /run/mysqld
chown mysql:mysql /run/mysqld
if [ ! -d ${OWN_FOLDER} ]; then
  new=${OWN_FOLDER}.new
${makeData(TABLES)}
  mv $new ${OWN_FOLDER}
  sync -f ${DATA_FOLDER}
fi
exec mariadbd --user=mysql "$@"
`

/** The network has no way out, and the clients come from the machine that made it. On a replica nobody may write. */
export const firstStatements = `FLUSH PRIVILEGES;
CREATE USER ${USER}@'%';
GRANT ALL ON *.* TO ${USER}@'%';
REVOKE READ ONLY ADMIN ON *.* FROM ${USER}@'%';
CREATE DATABASE ${DATABASE};
USE ${DATABASE};
${tables.map((table) => `${table.replaceAll(/\s+/g, ' ')};`).join('\n')}
`

/** Executed at every start, a statement a line. */
const follow = ({ address }: Peer): string => `STOP SLAVE;
CHANGE MASTER TO MASTER_HOST='${address}', MASTER_USER='${USER}', MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos;
START SLAVE;
`
