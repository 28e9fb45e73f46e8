/** Clients of replicated locks: they ask until it is their turn, and take their bid back when that takes too long. */
import { type Client, type ClientContext, DefiniteError } from '../../harness/api.ts'
import type { LockCall } from '../../workloads/lock.ts'
import { Session } from './clients.ts'
import type { LockCommand } from './locks.ts'

/** Between two times of asking, ms. */
const AGAIN_MS = 100
/** How long a client waits for its turn, ms. */
const WAIT_MS = 1000

export const openLock = async (context: ClientContext): Promise<Client<LockCall>> => {
  const session = new Session<LockCommand>(context)
  const { cluster } = context
  /** By lock: the bid that holds it. */
  const held = new Map<string, number>()
  let bids = 0

  const acquire = async (key: string, ttlMs: number, signal: AbortSignal): Promise<number> => {
    // Who holds it already, and asks again, is told so.
    const bid = held.get(key) ?? ++bids
    const until = cluster.uptimeMs() + WAIT_MS
    while (cluster.uptimeMs() < until) {
      const { value } = await session.do({ f: 'acquire', key, bid, ttlMs }, signal)
      if (value !== null) {
        held.set(key, bid)
        return value as number
      }
      await cluster.sleep(AGAIN_MS)
    }
    held.delete(key)
    await session.do({ f: 'release', key, bid }, signal)
    throw new DefiniteError('somebody else holds it')
  }

  return {
    invoke: async (call, signal) => {
      const key = `lock/${call.key}`
      if (call.f === 'acquire')
        return { ...call.value, token: await acquire(key, call.value.ttlMs, signal) }
      const bid = held.get(key)
      if (bid === undefined) throw new DefiniteError('this client does not hold it')
      held.delete(key)
      await session.do({ f: 'release', key, bid }, signal)
      return null
    },
    close: () => session.close(),
  }
}
