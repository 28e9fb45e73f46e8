/** Plays cases on a thread of its own, one after another, until it is told to stop. */
import { parentPort } from 'node:worker_threads'
import { StoreError } from '../../results/store.ts'
import { loadCatalog } from '../catalog.ts'
import { EnvironmentError, messageOf, UsageError } from '../errors.ts'
import { type Job, type Played, play } from './play.ts'

/** A case to play, or the word that what is played is to be healed, judged and ended. */
export type Order = Job | 'stop'

export type Answer =
  | ({ readonly kind: 'played' } & Played)
  | { readonly kind: 'usage' | 'environment' | 'bug'; readonly message: string }

const port = parentPort!
const loading = loadCatalog()
const stopping = new AbortController()

port.on('message', async (order: Order) => {
  if (order === 'stop') stopping.abort(new Error('interrupted'))
  else port.postMessage(await answerTo(order))
})

const answerTo = async (job: Job): Promise<Answer> => {
  try {
    return { kind: 'played', ...(await play(job, await loading, stopping.signal)) }
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'usage', message: error.message }
    if (error instanceof EnvironmentError || error instanceof StoreError)
      return { kind: 'environment', message: error.message }
    const stack = error instanceof Error ? error.stack : messageOf(error)
    return { kind: 'bug', message: String(stack) }
  }
}
