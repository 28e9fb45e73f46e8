/**
 * How a node of Galera starts, and starts again. One node must begin a cluster and the others join it; after all have been killed
 * that must be the one with the newest transactions. Here the nodes find out among themselves what an administrator would: as
 * long as its server does not run, each tells the others how far its data goes. Where one runs, it is joined; where none
 * does and all have told, the one that is farthest begins (of equals the first), and nobody begins while one is silent.
 */
import type { Member, NodeSpec, OptionValues, Peer } from '../../../harness/api.ts'
import {
  DATA_FOLDER,
  DATABASE,
  firstStatements,
  makeData,
  OWN_FOLDER,
  settings,
  USER,
} from '../mariadb/nodes.ts'
import { joinersTable } from './membership.ts'

const START = '/etc/schism/start.sh'
const TABLES = '/etc/schism/tables.sql'
/** Where a node tells how far its data goes. */
const AGREEMENT_PORT = 4570

export const members = (nodes: number): readonly Member[] =>
  Array.from({ length: nodes }, (_, index) => ({
    name: `g${index + 1}`,
    role: 'server',
    serves: true,
  }))

export const spec = (node: Peer, peers: readonly Peer[], options: OptionValues): NodeSpec => ({
  argv: [
    'bash',
    START,
    node.name,
    node.address,
    peers.map(({ address }) => address).join(' '),
    ...settings(options),
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
    '--wsrep-on=ON',
    '--wsrep-provider=/usr/lib/galera/libgalera_smm.so',
    // The cache and its first page as small as nodes of a test need them; stock is 128 MB each.
    '--wsrep-provider-options=gcache.size=32M;gcache.page_size=32M',
    '--wsrep-cluster-name=schism',
    `--wsrep-cluster-address=gcomm://${peers.map(({ address }) => address).join()}`,
    `--wsrep-node-address=${node.address}`,
    `--wsrep-node-name=${node.name}`,
    '--wsrep-sst-method=rsync',
    `--wsrep-sync-wait=${options.syncWait}`,
  ],
  files: { [START]: start, [TABLES]: `${firstStatements}${joinersTable};\n` },
  dataFolder: DATA_FOLDER,
})

const start = String.raw`set -e
name=$1
own=$2
peers=$3
shift 3
data=${OWN_FOLDER}
state=/run/schism-state
mkdir -p /run/mysqld
chown mysql:mysql /run/mysqld

# The last transaction in the data folder, "cluster:number".
position() {
  [ ! -f $data/ibdata1 ] ||
    mariadbd --user=mysql "$@" --wsrep-recover 2>&1 | sed -n 's/.*WSREP: Recovered position: *//p' | tail -1
}

told=$(position "$@")
# Nothing, or nothing that can be read.
[ -n "$told" ] || told=00000000-0000-0000-0000-000000000000:-1
echo "down $told" > $state
socat TCP-LISTEN:${AGREEMENT_PORT},fork,reuseaddr "SYSTEM:cat $state" &

# What the others tell, a line for each: its address, whether its server runs, its last transaction.
ask() {
  for peer in $peers; do
    if [ $peer = $own ]; then
      echo "$peer $(cat $state)"
    else
      echo "$peer $(timeout 1 socat -u TCP:$peer:${AGREEMENT_PORT},connect-timeout=1 - 2> /dev/null)"
    fi
  done
}

begin=
while :; do
  answers=$(ask)
  if echo "$answers" | grep -q ' up '; then break; fi
  if [ "$(echo "$answers" | grep -c ' down ')" = "$(echo $peers | wc -w)" ]; then
    first=$(echo "$answers" | tr ':' ' ' | sort -s -k4,4nr | head -1 | cut -d' ' -f1)
    if [ $first = $own ]; then
      begin=--wsrep-new-cluster
      break
    fi
  fi
  sleep 0.2
done

if [ -n "$begin" ]; then
  if [ ! -d $data ]; then
    new=$data.new
${makeData(TABLES)}
    mv $new $data
    sync -f ${DATA_FOLDER}
  fi
  # What an administrator does who knows that this node has the newest transactions.
  rm -f $data/gvwstate.dat
  [ ! -f $data/grastate.dat ] || sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' $data/grastate.dat
fi
install -d -o mysql -g mysql $data
echo "up $told" > $state
# Who takes part is expected no more (membership.ts).
(until mariadb --host=127.0.0.1 --user=${USER} --connect-timeout=1 --execute \
  "DELETE FROM joiners WHERE name = '$name'" ${DATABASE} > /dev/null 2>&1; do sleep 0.5; done) &
echo "schism: $own starts at $told $begin"
exec mariadbd --user=mysql "$@" --wsrep-start-position=$told $begin
`
