/** The command around `random-schedules.ts`: a line a schedule, and a table by fault. */
import { parseArgs } from 'node:util'
import { median, table } from '../../bench/table.ts'
import { loadCatalog } from '../../harness/catalog.ts'
import { type Outcome, randomSchedules } from './random-schedules.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '10' },
    nodes: { type: 'string', default: '3' },
    system: { type: 'string', default: 'etcd' },
    faults: { type: 'string' },
  },
})

const byFault = (outcomes: readonly Outcome[]): string => {
  const names = [...new Set(outcomes.flatMap(({ faults }) => faults))].toSorted()
  const rows = names.map((name) => {
    const episodes = outcomes
      .flatMap((outcome) => outcome.episodes)
      .flatMap((one) => (one.fault === name && 'evidence' in one ? [one] : []))
    if (episodes.length === 0) return [name, 0, 0, '', '', '', '']
    const recoveries = outcomes
      .filter(({ faults }) => faults.includes(name))
      .flatMap(({ recoveriesMs }) => recoveriesMs)
    return [
      name,
      episodes.length,
      episodes.filter(({ evidence }) => evidence.held).length,
      median(episodes.map(({ installMs }) => installMs)),
      median(episodes.map(({ healMs }) => healMs)),
      recoveries.length === 0 ? '' : median(recoveries),
      recoveries.length === 0 ? '' : Math.max(...recoveries),
    ]
  })
  const headings = ['fault', 'episodes', 'held', 'install ms', 'heal ms', 'writes ms', 'at most']
  return table(headings, rows)
}

const outcomes = await randomSchedules({
  catalog: await loadCatalog(),
  system: values.system,
  nodes: Number(values.nodes),
  schedules: Number(values.schedules),
  seed: Number(values.seed),
  secondsEach: Number(values.seconds),
  ...(values.faults === undefined ? {} : { faults: values.faults.split(',') }),
  say: (line) => console.log(line),
})
const failed = outcomes.filter(({ problems }) => problems.length > 0)
console.log(`\n${byFault(outcomes)}\n`)
console.log(`${outcomes.length - failed.length} of ${outcomes.length} schedules without a problem`)
process.exitCode = failed.length === 0 ? 0 : 1
