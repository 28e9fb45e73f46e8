/** A client of the locks, which speaks to the keeper through its own server, and never asks twice. */
import {
  type Body,
  type Client,
  type ClientContext,
  DefiniteError,
  isDefinite,
} from '../../../harness/api.ts'
import type { LockCall } from '../../../workloads/lock.ts'

/** Longer than any operation may take: its time-out aborts it, ms. */
const LONG_MS = 600_000

export const openLock = async ({ cluster, node }: ClientContext): Promise<Client<LockCall>> => {
  const conversation = await cluster.messages!.open(node.name)
  const owner = cluster.messages!.name()
  const ask = async (body: Body, signal: AbortSignal): Promise<Body> =>
    granted(await conversation.request(body, signal, LONG_MS))
  /** Lock → its token. */
  const held = new Map<string, number>()
  return {
    invoke: async (call, signal) => {
      const lock = `lock/${call.key}`
      if (call.f === 'acquire') {
        const { ttlMs } = call.value
        const { token } = await ask({ type: 'acquire', lock, owner, ttlMs }, signal)
        held.set(lock, token as number)
        return { ...call.value, token: token as number }
      }
      const token = held.get(lock)
      if (token === undefined) throw new DefiniteError('this client does not hold it')
      await ask({ type: 'release', lock, token }, signal)
      held.delete(lock)
      return null
    },
    close: () => conversation.close(),
  }
}

/** @throws DefiniteError when it was refused */
const granted = (answer: Body): Body => {
  if (answer.type !== 'error') return answer
  const text = String(answer.text)
  throw isDefinite(answer.code as number) ? new DefiniteError(text) : new Error(text)
}
