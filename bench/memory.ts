/**
 * What stays in memory after many simulated runs: `npm run bench -- memory [RUNS]` (10,000). The runs are short, of
 * all systems in turn, with all faults; the heap is what is left after a collection. Flat, or something leaks.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadCatalog } from '../harness/catalog.ts'
import { draw, play } from '../harness/hunt/trial.ts'
import { table } from './table.ts'

const MB = 2 ** 20
const ROWS = 10
const TIME_LIMIT_S = 1

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const main = async (): Promise<void> => {
  const runs = Number(process.argv[3] ?? 10_000)
  const catalog = await loadCatalog()
  const systems = [...catalog.systems].flatMap(([name, { program }]) =>
    program === undefined ? [] : [name],
  )
  const begun = performance.now()
  const rows: (readonly (number | string)[])[] = []
  for (let seed = 1; seed <= runs; seed++) {
    const system = systems[seed % systems.length]!
    await play(draw({ system, options: {}, timeLimitS: TIME_LIMIT_S }, seed, catalog), catalog)
    if (seed % Math.ceil(runs / ROWS) !== 0) continue
    collect()
    const { heapUsed, rss, arrayBuffers } = process.memoryUsage()
    const row = [heapUsed, arrayBuffers, rss].map((bytes) => Math.round((10 * bytes) / MB) / 10)
    rows.push([seed, ...row, Math.round((performance.now() - begun) / 1000)])
  }
  console.log(table(['runs', 'heap MB', 'buffers MB', 'RSS MB', 's'], rows))
}

await main()
