/**
 * Which of ZooKeeper's errors prove that a request changed nothing and never will. The leader decides them in one
 * place (PrepRequestProcessor.java of 3.8) and puts the refusal into the log instead of the change. An
 * expired or moved session is among them: the server answers so because it did not carry the request out.
 * (ZooKeeper's own clients also say so of requests that were under way, and then it proves nothing; here
 * those end with their connection.)
 */
import { DefiniteError } from '../../harness/api.ts'
import { ZooKeeperError } from './session.ts'

/** Left out on purpose: system errors, inconsistencies and time-outs (-1 to -7), which say nothing of the change. */
const refusals: ReadonlyMap<number, string> = new Map([
  [-8, 'bad arguments'],
  [-6, 'unimplemented'],
  [-101, 'no node'],
  [-102, 'no permission'],
  [-103, 'bad version'],
  [-108, 'ephemeral nodes have no children'],
  [-110, 'node exists'],
  [-111, 'node has children'],
  [-112, 'session expired'],
  [-114, 'invalid ACL'],
  [-118, 'session moved'],
  [-119, 'server is read-only'],
  [-125, 'quota exceeded'],
  [-127, 'throttled'],
])

/** A DefiniteError when the request certainly changed nothing, else the error itself (`info`). */
export const settled = (error: unknown): unknown => {
  const refusal = error instanceof ZooKeeperError ? refusals.get(error.code) : undefined
  return refusal === undefined ? error : new DefiniteError(refusal)
}
