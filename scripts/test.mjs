/** `npm test`: sets up what is missing, then runs the tests named, or all of them. */
import { run, setUp } from './setup.mjs'

await setUp()
run('npx', ['vitest', 'run', ...process.argv.slice(2)])
