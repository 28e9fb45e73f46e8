/** Plays the trials of a hunt on a thread of its own, one seed after another, given only what to hunt. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadCatalog } from '../catalog.ts'
import { messageOf, UsageError } from '../errors.ts'
import { type Summary, summaryOf } from './summary.ts'
import { draw, play, type Quarry } from './trial.ts'

/** What it answers to a seed. */
export type TrialAnswer =
  | {
      readonly kind: 'played'
      readonly summary: Summary
      /** What it has met that none of this thread's trials before had. */
      readonly fresh: readonly string[]
    }
  | { readonly kind: 'usage' | 'bug'; readonly message: string }

const port = parentPort!
const quarry = workerData as Quarry
const loading = loadCatalog()
const met = new Set<string>()

port.on('message', async (seed: number) => {
  const answer = (message: TrialAnswer): void => port.postMessage(message)
  try {
    const catalog = await loading
    const trial = await play(draw(quarry, seed, catalog), catalog)
    const fresh = trial.simulated.situations.filter((situation) => !met.has(situation))
    for (const situation of fresh) met.add(situation)
    answer({ kind: 'played', summary: summaryOf(trial), fresh })
  } catch (error) {
    if (error instanceof UsageError) answer({ kind: 'usage', message: error.message })
    else {
      const stack = error instanceof Error ? error.stack : messageOf(error)
      answer({ kind: 'bug', message: `seed ${seed}: ${stack}` })
    }
  }
})
