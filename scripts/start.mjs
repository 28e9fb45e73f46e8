/**
 * `npm start`: from a fresh clone to the first known answer. Redis with Sentinel promises no more than
 * best effort; half a minute with a partition shows acknowledged writes that are gone.
 */
import { run, setUp } from './setup.mjs'

if (!(await setUp())) process.exit(253)
const test = 'test redis-sentinel --workload set --faults partition --time-limit 30'
run(process.execPath, ['bin/schism.mjs', ...test.split(' '), '--expect', 'violation:lost'])
