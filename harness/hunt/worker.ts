/** Plays the trials of a hunt on a thread of its own, one seed after another, given only what to hunt. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadCatalog } from '../catalog.ts'
import { messageOf, UsageError } from '../errors.ts'
import { type Summary, summaryOf } from './summary.ts'
import { draw, play, type Quarry } from './trial.ts'

/** What it answers to a seed. */
export type TrialAnswer =
  | { readonly kind: 'played'; readonly summary: Summary }
  | { readonly kind: 'usage' | 'bug'; readonly message: string }

const port = parentPort!
const quarry = workerData as Quarry
const loading = loadCatalog()

port.on('message', async (seed: number) => {
  const answer = (message: TrialAnswer): void => port.postMessage(message)
  try {
    const catalog = await loading
    answer({ kind: 'played', summary: summaryOf(await play(draw(quarry, seed, catalog), catalog)) })
  } catch (error) {
    if (error instanceof UsageError) answer({ kind: 'usage', message: error.message })
    else {
      const stack = error instanceof Error ? error.stack : messageOf(error)
      answer({ kind: 'bug', message: `seed ${seed}: ${stack}` })
    }
  }
})
