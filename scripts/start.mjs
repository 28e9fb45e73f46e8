/**
 * `npm start`: from a fresh clone to the first known answer. With a container engine: Redis with Sentinel promises
 * no more than best effort; half a minute with a partition shows acknowledged writes that are gone. Without one:
 * a Raft whose leader answers reads without asking whether it still leads, hunted in a simulation and made small.
 */
import { run, setUp } from './setup.mjs'

const real = 'test redis-sentinel --workload set --faults partition --time-limit 30'
const simulated = 'hunt raft --bug RA3 --faults partition'

const hasEngine = await setUp()
if (!hasEngine)
  console.error(
    'Until then: a Raft with a seeded bug, hunted in a simulation, which needs no engine.',
  )
const [command, answer] = hasEngine ? [real, 'lost'] : [simulated, 'stale-read']
run(process.execPath, ['bin/schism.mjs', ...command.split(' '), '--expect', `violation:${answer}`])
