/**
 * The known answers of real systems, k of n seeds each: rows that must be found broken beside controls
 * that must stay clean under the same faults.
 *
 *   node scripts/known-answers.mjs [--seeds 10] [--jobs 2] [--time-limit 60] [row …]
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { root } from './setup.mjs'

const run = promisify(execFile)

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
    jobs: { type: 'string', default: '2' },
    'time-limit': { type: 'string', default: '60' },
    store: { type: 'string', default: join(root, 'results', 'runs') },
  },
})

const test = async ({ system, args }, seed) => {
  const command = `test ${system} ${args} --time-limit ${values['time-limit']} --seed ${seed}`
  const words = [...command.split(' '), '--json', '--store', values.store]
  const options = { cwd: root, maxBuffer: 1 << 28 }
  const { stdout } = await run(process.execPath, ['bin/schism.mjs', ...words], options).catch(
    (error) => error,
  )
  const document = JSON.parse(stdout)
  const [verdict] = document.results
  const events = readFileSync(join(document.folder, 'history.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"process":"nemesis"'))
    .map((line) => JSON.parse(line))
  const leaders = events
    .flatMap(({ value }) => (value.kind === 'primaries' ? [value.primaries] : []))
    .filter((primaries) => primaries.length === 1)
    .map(([primary]) => primary)
  const changes = leaders.filter((leader, at) => at > 0 && leader !== leaders[at - 1]).length
  const faults = events.filter(({ type, value }) => type === 'ok' && value.phase === 'injected')
  const proof = verdict.anomalies[0]
  return {
    outcome: verdict.outcome,
    says: proof?.summary ?? verdict.reason ?? verdict.problems.join('; '),
    line: `${faults.length} faults, ${changes} leader changes${proof === undefined ? '' : `, ${proof.type} proven by ${proof.ops.length} operations`}`,
  }
}

/** A queue of runs, so many at a time. */
const names = positionals.length > 0 ? positionals : Object.keys(rows)
const queue = names.flatMap((name) =>
  Array.from({ length: Number(values.seeds) }, (_, at) => ({ name, seed: at + 1 })),
)
const found = new Map(names.map((name) => [name, 0]))
const worker = async () => {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const { name, seed } = job
    const { outcome, line, says } = await test(rows[name], seed)
    if (outcome === rows[name].want) found.set(name, found.get(name) + 1)
    console.log(`${name} seed ${seed}: ${outcome} (${line}) ${says ?? ''}`)
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
console.log('\n| row | wanted | k of n |\n| --- | --- | --- |')
for (const [name, k] of found)
  console.log(`| ${name} | ${rows[name].want} | ${k} of ${values.seeds} |`)
