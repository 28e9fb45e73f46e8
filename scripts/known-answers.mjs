/**
 * The known answers of real systems, k of n seeds each: rows that must be found broken beside controls
 * that must stay clean under the same faults. Rows of transactions name an isolation level that the history must keep,
 * and one that it must break.
 *
 *   node scripts/known-answers.mjs [--seeds 10] [--first-seed 1] [--jobs 2] [--time-limit 60] [row …]
 *
 * A run that says nothing of the system (no verdict, or hardly an operation) counts for nothing: repeat it.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { root } from './setup.mjs'

const run = promisify(execFile)

/** Longer than a leader's lease in Patroni, and than its standbys need to promote one of them. */
const longIsolation = '--template isolate-leader-then-heal:for=20,times=1'
/** Commits that wait for a standby longer than that are cancelled by their clients. */
const cancelled = '--option replication=synchronous --option cancelAfterMs=500'
/** Long enough for three nodes to agree who begins and to serve again. */
const killAll = '--template kill-all-quickly:up=12,times=2'

/** Reads of several keys in one snapshot, by many, while others commit; a lease that no busy machine outlasts. */
const longFork =
  '--workload long-fork --rate 4000 --option replication=synchronous --option isolation=repeatable-read --option leaseS=30'
const allWait = `${longFork} --concurrency 30 --option group-size=8`
const someWait = `${longFork} --concurrency 20 --option group-size=4 --option waits=some --faults slow`
/** Lists that are still read when a partition is over. */
const longLists = '--rate 60 --option writes-per-key=2000'

const rows = {
  'redis-partition': {
    system: 'redis-sentinel',
    args: '--workload set --faults partition',
    want: 'violation',
  },
  'redis-quiet': { system: 'redis-sentinel', args: '--workload set', want: 'valid' },
  'etcd-faults': {
    system: 'etcd',
    args: '--workload register --faults partition,kill,pause',
    want: 'valid',
  },
  'etcd-serializable': {
    system: 'etcd',
    args: '--workload register --faults partition --option reads=serializable',
    want: 'violation',
  },
  'redlock-clocks': {
    system: 'redlock',
    args: '--workload lock --faults clock-jump',
    want: 'violation',
  },
  'redlock-stall': {
    system: 'redlock',
    args: '--workload lock --option stall-ms=3000 --option lease=ignored',
    want: 'violation',
  },
  'redlock-stall-obeyed': {
    system: 'redlock',
    args: '--workload lock --option stall-ms=3000',
    want: 'valid',
  },
  'redlock-pause': { system: 'redlock', args: '--workload lock --faults pause', want: 'valid' },
  'etcd-lock': {
    system: 'etcd',
    args: '--workload set --faults pause --nodes 3 --option set=locked --operation-timeout 15',
    want: 'violation',
  },
  'etcd-lock-fenced': {
    system: 'etcd',
    args: '--workload set --faults pause --nodes 3 --option set=fenced --operation-timeout 15',
    want: 'valid',
  },
  'nats-cas': { system: 'nats', args: '--workload register', want: 'violation' },
  'nats-faults': {
    system: 'nats',
    args: '--workload set --faults partition,kill,pause',
    want: 'valid',
  },
  'zookeeper-plain': {
    system: 'zookeeper',
    args: '--workload register --faults partition --option reads=plain',
    want: 'violation',
  },
  'zookeeper-faults': {
    system: 'zookeeper',
    args: '--workload register --faults partition,kill,pause',
    want: 'valid',
  },
  'postgres-power-fsync-off': {
    system: 'postgres',
    args: '--workload set --faults lose-unsynced --option fsync=off',
    want: 'violation',
  },
  'postgres-power': {
    system: 'postgres',
    args: '--workload set --faults lose-unsynced',
    want: 'valid',
  },
  'nats-power': {
    system: 'nats',
    args: '--workload set --faults lose-unsynced',
    want: 'violation',
  },
  'postgres-read-committed': {
    system: 'postgres',
    args: '--workload list-append --faults kill,pause',
    keeps: 'read-committed',
    breaks: 'snapshot-isolation',
  },
  'postgres-repeatable-read': {
    system: 'postgres',
    args: '--workload list-append --faults kill,pause --option isolation=repeatable-read',
    keeps: 'snapshot-isolation',
    breaks: 'repeatable-read',
  },
  'postgres-serializable': {
    system: 'postgres',
    args: '--workload list-append --faults kill,pause --option isolation=serializable',
    keeps: 'serializable',
  },
  'postgres-serializable-rows': {
    system: 'postgres',
    args: '--workload list-append --faults kill,pause --option isolation=serializable --option lists=rows',
    keeps: 'serializable',
  },
  'postgres-write-skew': {
    system: 'postgres',
    args: '--workload write-skew --option isolation=repeatable-read',
    want: 'violation',
  },
  'postgres-write-skew-serializable': {
    system: 'postgres',
    args: '--workload write-skew --option isolation=serializable',
    want: 'valid',
  },
  'postgres-predicate': {
    system: 'postgres',
    args: '--workload predicate --option isolation=repeatable-read',
    want: 'violation',
  },
  'postgres-predicate-serializable': {
    system: 'postgres',
    args: '--workload predicate --option isolation=serializable',
    want: 'valid',
  },
  'postgres-bank': { system: 'postgres', args: '--workload bank', want: 'violation' },
  'postgres-bank-snapshots': {
    system: 'postgres',
    args: '--workload bank --option isolation=repeatable-read',
    want: 'valid',
  },
  'mariadb-bank': { system: 'mariadb', args: '--workload bank', want: 'violation' },
  'patroni-isolated': {
    system: 'postgres-replicated',
    args: `--workload set ${longIsolation}`,
    want: 'violation',
  },
  'patroni-isolated-synchronous': {
    system: 'postgres-replicated',
    args: `--workload set ${longIsolation} --option replication=synchronous`,
    want: 'valid',
  },
  'patroni-cancelled': {
    system: 'postgres-replicated',
    args: `--workload set ${longIsolation} ${cancelled} --option warnings=ignored`,
    want: 'violation',
  },
  'patroni-cancelled-heeded': {
    system: 'postgres-replicated',
    args: `--workload set ${longIsolation} ${cancelled}`,
    want: 'valid',
  },
  'patroni-standby-reads': {
    system: 'postgres-replicated',
    args: '--workload register --option reads=standby',
    want: 'violation',
  },
  'patroni-primary-reads': {
    system: 'postgres-replicated',
    args: '--workload register',
    want: 'valid',
  },
  'patroni-long-fork': {
    system: 'postgres-replicated',
    args: `${allWait} --option reads=own`,
    want: 'violation',
  },
  'patroni-long-fork-primary': {
    system: 'postgres-replicated',
    args: allWait,
    want: 'valid',
  },
  'patroni-long-fork-some-wait': {
    system: 'postgres-replicated',
    args: `${someWait} --option reads=own`,
    want: 'violation',
  },
  'patroni-long-fork-some-wait-primary': {
    system: 'postgres-replicated',
    args: someWait,
    want: 'valid',
  },
  'mariadb-repeatable-read': {
    system: 'mariadb',
    args: '--workload list-append --faults kill,pause',
    keeps: 'read-committed',
    breaks: 'repeatable-read',
  },
  'mariadb-snapshots': {
    system: 'mariadb',
    args: '--workload list-append --faults kill,pause --option snapshotIsolation=on',
    keeps: 'snapshot-isolation',
    breaks: 'repeatable-read',
  },
  'mariadb-serializable': {
    system: 'mariadb',
    args: '--workload list-append --faults kill,pause --option isolation=serializable',
    keeps: 'serializable',
  },
  'mariadb-replica-reads': {
    system: 'mariadb',
    args: '--workload list-append --nodes 2 --option isolation=serializable --option reads=replica',
    keeps: 'read-committed',
    breaks: 'strong-session-serializable',
  },
  galera: {
    system: 'galera',
    args: '--workload list-append',
    keeps: 'read-committed',
    breaks: 'snapshot-isolation',
  },
  'galera-stale': { system: 'galera', args: '--workload register', want: 'violation' },
  'galera-sync-wait': {
    system: 'galera',
    args: '--workload register --option syncWait=15',
    want: 'valid',
  },
  'galera-kill-all-flush-0': {
    system: 'galera',
    args: `--workload set ${killAll} --option flush=0`,
    want: 'violation',
  },
  'galera-kill-all': { system: 'galera', args: `--workload set ${killAll}`, want: 'valid' },
  'galera-power-flush-2': {
    system: 'galera',
    args: '--workload set --faults lose-unsynced --option flush=2',
    want: 'violation',
  },
  'galera-power': {
    system: 'galera',
    args: '--workload set --faults lose-unsynced',
    want: 'valid',
  },
  'etcd-lists': {
    system: 'etcd',
    args: '--workload list-append --faults partition,kill,pause',
    keeps: 'strict-serializable',
  },
  'etcd-lists-serializable': {
    system: 'etcd',
    args: '--workload list-append --faults partition --option reads=serializable',
    keeps: 'serializable',
    breaks: 'strict-serializable',
  },
  'redis-lists': {
    system: 'redis-sentinel',
    args: '--workload list-append --option transactions=lua',
    keeps: 'strict-serializable',
  },
  'redis-lists-replica': {
    system: 'redis-sentinel',
    args: '--workload list-append --option transactions=lua --option reads=replica',
    keeps: 'serializable',
    breaks: 'strict-serializable',
  },
  'redis-lists-partition': {
    system: 'redis-sentinel',
    args: `--workload list-append --faults partition ${longLists}`,
    breaks: 'read-committed',
  },
  'redis-lists-quiet': {
    system: 'redis-sentinel',
    args: `--workload list-append ${longLists}`,
    keeps: 'strict-serializable',
  },
  'etcd-power': {
    system: 'etcd',
    args: '--workload set --faults lose-unsynced',
    want: 'valid',
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    'first-seed': { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    'time-limit': { type: 'string', default: '60' },
    store: { type: 'string', default: join(root, 'results', 'runs') },
  },
})

const schism = async (...words) => {
  const options = { cwd: root, maxBuffer: 1 << 28 }
  const { stdout } = await run(
    process.execPath,
    ['bin/schism.mjs', ...words, '--json'],
    options,
  ).catch((error) => error)
  return JSON.parse(stdout)
}

const wanted = ({ want, keeps, breaks }) =>
  want ?? [keeps && `keeps ${keeps}`, breaks && `breaks ${breaks}`].filter(Boolean).join(', ')

/** What a history of transactions is at the levels that the row names. */
const placed = async (folder, { keeps, breaks }) => {
  const at = async (level) => {
    const words = ['--model', 'list-append', '--consistency', level]
    return (await schism('check', join(folder, 'history.jsonl'), ...words)).results[0]
  }
  const [kept, broken] = [keeps && (await at(keeps)), breaks && (await at(breaks))]
  const says = [
    kept && `${kept.outcome === 'valid' ? 'keeps' : 'does not keep'} ${keeps}`,
    broken && `${broken.outcome === 'violation' ? 'breaks' : 'does not break'} ${breaks}`,
  ]
  return { outcome: says.filter(Boolean).join(', '), proof: (broken ?? kept).anomalies[0] }
}

/** Fewer acknowledged operations than this make no control. */
const ENOUGH = 50
const isJudged = ({ outcome }, ok) =>
  outcome === 'violation' || (outcome === 'valid' && ok >= ENOUGH)

const test = async (row, seed) => {
  const { system, args } = row
  const command = `test ${system} ${args} --time-limit ${values['time-limit']} --seed ${seed}`
  const document = await schism(...command.split(' '), '--store', values.store)
  const [verdict] = document.results
  const all = readFileSync(join(document.folder, 'history.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  const events = all.filter(({ process }) => process === 'nemesis')
  const ok = all.filter(({ process, type }) => process !== 'nemesis' && type === 'ok').length
  const judged = isJudged(verdict, ok)
  const leaders = events
    .flatMap(({ value }) => (value.kind === 'primaries' ? [value.primaries] : []))
    .filter((primaries) => primaries.length === 1)
    .map(([primary]) => primary)
  const changes = leaders.filter((leader, at) => at > 0 && leader !== leaders[at - 1]).length
  const faults = events.filter(({ type, value }) => type === 'ok' && value.phase === 'injected')
  const { outcome, proof } =
    row.want === undefined && judged
      ? await placed(document.folder, row)
      : { outcome: verdict.outcome, proof: verdict.anomalies[0] }
  return {
    outcome,
    judged,
    says: proof?.summary ?? verdict.reason ?? verdict.problems.join('; '),
    line: `${ok} ok, ${faults.length} faults, ${changes} leader changes${proof === undefined ? '' : `, ${proof.type} proven by ${proof.ops.length} operations`}`,
  }
}

/** A queue of runs, so many at a time. */
const names = positionals.length > 0 ? positionals : Object.keys(rows)
const first = Number(values['first-seed'])
const queue = names.flatMap((name) =>
  Array.from({ length: Number(values.seeds) }, (_, at) => ({ name, seed: first + at })),
)
const counts = new Map(names.map((name) => [name, { found: 0, judged: 0 }]))
const worker = async () => {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const { name, seed } = job
    const { outcome, judged, line, says } = await test(rows[name], seed).catch((error) => ({
      outcome: 'no verdict',
      judged: false,
      line: String(error),
    }))
    const count = counts.get(name)
    if (judged) count.judged++
    if (judged && outcome === wanted(rows[name])) count.found++
    console.log(
      `${name} seed ${seed}: ${judged ? '' : 'not counted: '}${outcome} (${line}) ${says ?? ''}`,
    )
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
console.log('\n| row | wanted | k of n |\n| --- | --- | --- |')
for (const [name, { found, judged }] of counts)
  console.log(`| ${name} | ${wanted(rows[name])} | ${found} of ${judged} |`)
