/**
 * How the PostgreSQL server starts. The first start makes the database cluster and its tables beside its
 * place and moves it there when all of it is on the disk, so that neither a kill nor a power failure
 * leaves half of one, and what a run loses is what the run wrote. Every later start finds it and
 * recovers. A `postmaster.pid` that a kill left behind names process 1, which is the new server itself, and
 * is therefore taken as stale.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../../harness/api.ts'
import { tables } from '../dialect.ts'

export const SERVER_PORT = 5432

/** How long a transaction waits for a lock before the server looks for a deadlock. */
export const DEADLOCK_TIMEOUT = '20ms'

const DATA_FOLDER = '/data'
/** A folder inside: the root of a mounted file system may hold lost+found. */
const OWN_FOLDER = `${DATA_FOLDER}/postgres`
const PROGRAMS = '/usr/lib/postgresql/15/bin'
const START = '/etc/schism/start.sh'
const TABLES = '/etc/schism/tables.sql'

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `p${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (_node: Peer, _peers: readonly Peer[], { fsync }: OptionValues): NodeSpec => ({
  argv: [
    'sh',
    START,
    ...['-D', OWN_FOLDER],
    ...settings({
      listen_addresses: '*',
      // Clients come by TCP alone; what a kill leaves of a socket would only be in the way.
      unix_socket_directories: '',
      max_connections: '300',
      // Stock: 1 s, for which whole rows of transactions would stand still.
      deadlock_timeout: DEADLOCK_TIMEOUT,
      fsync: fsync!,
      // The stock values, written out because what a crash may lose hangs on them.
      synchronous_commit: 'on',
      full_page_writes: 'on',
    }),
  ],
  files: { [START]: start, [TABLES]: tablesText },
  dataFolder: DATA_FOLDER,
  // SIGTERM would wait for all clients to leave: the "smart" shutdown. This is the "fast" one.
  stopSignal: 'SIGINT',
})

const settings = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/**
 * PostgreSQL refuses to run as root. `initdb` need not sync what is synced as a whole before it is
 * moved, and again afterwards, so that the move is on the disk too.
 */
const start = `set -e
as_postgres='setpriv --reuid=postgres --regid=postgres --init-groups'
if [ ! -d ${OWN_FOLDER} ]; then
  new=${OWN_FOLDER}.new
  rm -rf $new
  install -d -o postgres -g postgres -m 700 $new
  $as_postgres ${PROGRAMS}/initdb -D $new -U postgres -A trust --locale=C --encoding=UTF8 \\
    --no-sync --no-instructions
  # The network has no way out, and the clients come from the machine that made it.
  echo 'host all all all trust' >> $new/pg_hba.conf
  $as_postgres ${PROGRAMS}/postgres --single -j -D $new postgres < ${TABLES}
  sync -f $new
  mv $new ${OWN_FOLDER}
  sync -f ${DATA_FOLDER}
fi
exec $as_postgres ${PROGRAMS}/postgres "$@"
`

/** In single-user mode an empty line ends a statement. */
const tablesText = tables.map((table) => `${table};\n\n`).join('')
