/**
 * Which errors prove that a command was not and will not be executed. A server refuses these before it
 * executes anything, and a command that was never written cannot arrive. All else may have happened:
 * above all "Connection is closed.", which ioredis says of a command in flight too.
 */
import { ReplyError } from 'ioredis'
import { DefiniteError } from '../../harness/api.ts'

/** The first word of what Redis answers when its command table refuses (server.c, processCommand). */
const refusals: ReadonlySet<string> = new Set([
  // A write that reached a replica, as after a fail-over.
  'READONLY',
  // The server reads its data set after a start.
  'LOADING',
  // A replica without its primary that must not serve stale data.
  'MASTERDOWN',
  // Too few good replicas (min-replicas-to-write).
  'NOREPLICAS',
  'CLUSTERDOWN',
  // Another server of a cluster has the key.
  'MOVED',
  'ASK',
  'TRYAGAIN',
  'NOAUTH',
  'NOPERM',
  // Over maxmemory: refused before the command runs, and before a script with the write flag runs.
  'OOM',
  // A MULTI of which a command was refused when it was queued: none of them is executed.
  'EXECABORT',
  // The last snapshot or log write failed: writes are refused until one succeeds.
  'MISCONF',
])

/** What ioredis says of a command that it neither wrote nor queued. */
const neverWritten = "Stream isn't writeable and enableOfflineQueue options is false"

/** A DefiniteError when the command certainly was not executed, else the error itself (`info`). */
export const settled = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const refused = error instanceof ReplyError && refusals.has(error.message.split(' ', 1)[0]!)
  return refused || error.message === neverWritten ? new DefiniteError(error.message) : error
}
