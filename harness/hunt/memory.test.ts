/** Thousands of runs in one process leave nothing behind: `npm run bench -- memory` shows it for ten thousand. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { draw, play } from './trial.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** One run left behind whole, with its history, would be more than this, bytes. */
const MOST_A_RUN = 20_000
const RUNS = 150

test('the heap is as large after many runs as after a few', async () => {
  const catalog = await loadCatalog()
  const systems = [...catalog.systems].flatMap(([name, { program }]) =>
    program === undefined ? [] : [name],
  )
  const heapAfter = async (from: number, to: number): Promise<number> => {
    for (let seed = from; seed <= to; seed++) {
      const system = systems[seed % systems.length]!
      await play(draw({ system, options: {}, timeLimitS: 1 }, seed, catalog), catalog)
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  // What is compiled and cached on the first runs stays.
  const before = await heapAfter(1, RUNS)
  const after = await heapAfter(RUNS + 1, 2 * RUNS)
  expect((after - before) / RUNS).toBeLessThan(MOST_A_RUN)
}, 180_000)
