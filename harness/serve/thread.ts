/** What takes long for a large run, beside the server on a thread of its own: its report, and two runs compared. */
import { parentPort } from 'node:worker_threads'
import { difference, type RunDifference } from '../../results/archive/difference.ts'
import { readStored, toldVerdict } from '../../results/archive/stored.ts'
import { sideOf, storedHistory } from '../../results/archive/stored-history.ts'
import { messageOf } from '../errors.ts'
import { pageText } from '../report.ts'

export type Job =
  /** The page of a run, whatever there is of it. */
  | { readonly kind: 'report'; readonly folder: string }
  | { readonly kind: 'difference'; readonly folders: readonly [string, string] }

export type Done =
  | { readonly kind: 'report'; readonly html: string }
  | { readonly kind: 'difference'; readonly difference: RunDifference }
  | { readonly kind: 'failed'; readonly says: string }

const port = parentPort!

port.on('message', async (job: Job) => {
  try {
    port.postMessage(await done(job))
  } catch (error) {
    port.postMessage({ kind: 'failed', says: messageOf(error) } satisfies Done)
  }
})

const done = async (job: Job): Promise<Done> => {
  if (job.kind === 'report') return { kind: 'report', html: await reportOf(job.folder) }
  const [one, other] = job.folders
  return { kind: 'difference', difference: difference(sideOf(one), sideOf(other)) }
}

const reportOf = (folder: string): Promise<string> => {
  const stored = readStored(folder)
  const { history, missing } = storedHistory(stored)
  const { run } = stored
  return pageText({ folder, run, verdict: toldVerdict(stored, missing) }, history)
}
