/**
 * etcd's lock API: a lock is a key that lives as long as a lease. Its own notes say that this alone excludes
 * nobody ("Notes on the usage of lock and lease", etcd 3.4, learning/why): a holder that is slow, or whose
 * member is, may go on when its lease is over. The revision at which the key was made is the fencing token
 * that a careful user gives with every write.
 */
import { type Client, type ClientContext, DefiniteError } from '../../harness/api.ts'
import type { LockCall } from '../../workloads/lock.ts'
import { settled } from './errors.ts'
import { encode, Gateway, type RangeReply } from './gateway.ts'
import { CLIENT_PORT } from './nodes.ts'

/** How long a client waits for a lock that somebody else holds, ms. */
const WAIT_MS = 1000

/** A lock that is held, as etcd names it. */
export interface HeldLock {
  /** In base64. */
  readonly key: string
  readonly lease: string
  /** The revision at which the key was made. */
  readonly token: number
}

export const openLock = async (context: ClientContext): Promise<Client<LockCall>> => {
  const gateway = new Gateway(context.node.endpoint(CLIENT_PORT))
  const held = new Map<unknown, HeldLock>()
  return {
    invoke: async (call, signal) => {
      if (call.f === 'acquire') {
        const lock = await acquire(gateway, `lock/${call.key}`, call.value.ttlMs, signal)
        held.set(call.key, lock)
        return { ...call.value, token: lock.token }
      }
      const lock = held.get(call.key)
      if (lock === undefined) throw new DefiniteError('this client does not hold it')
      held.delete(call.key)
      await release(gateway, lock, signal)
      return null
    },
    close: () => gateway.close(),
  }
}

/**
 * Waits for a lock. @throws DefiniteError when it was not to be had in time and certainly is not held;
 * another error when nobody can say
 */
export const acquire = async (
  gateway: Gateway,
  name: string,
  ttlMs: number,
  signal: AbortSignal,
): Promise<HeldLock> => {
  const { ID: lease } = await grant(gateway, ttlMs, signal).catch((error: unknown) => {
    // A lease of which nobody knows locks nothing.
    throw new DefiniteError(`no lease: ${error instanceof Error ? error.message : error}`)
  })
  const waited = AbortSignal.timeout(WAIT_MS)
  try {
    const request = { name: encode(name), lease }
    const either = AbortSignal.any([signal, waited])
    const { key } = await gateway.call<{ readonly key: string }>('/v3/lock/lock', request, either)
    const { kvs } = await gateway.call<RangeReply>('/v3/kv/range', { key }, either)
    const revision = kvs?.[0]?.create_revision
    if (revision === undefined) throw new DefiniteError('the lease was over before it was known')
    return { key, lease, token: Number(revision) }
  } catch (error) {
    if (error instanceof DefiniteError) throw error
    // Without its lease the request cannot succeed any more, whatever becomes of it.
    await revoke(gateway, lease, signal)
    throw new DefiniteError(waited.aborted ? 'somebody else holds it' : String(settled(error)))
  }
}

/** Gives a lock back. */
export const release = async (
  gateway: Gateway,
  { key, lease }: HeldLock,
  signal: AbortSignal,
): Promise<void> => {
  await gateway.call('/v3/lock/unlock', { key }, signal)
  await revoke(gateway, lease, signal)
}

/** Renews a lease once. */
export const keepAlive = (gateway: Gateway, lease: string, signal: AbortSignal): Promise<unknown> =>
  gateway.call('/v3/lease/keepalive', { ID: lease }, signal)

const grant = (gateway: Gateway, ttlMs: number, signal: AbortSignal) =>
  gateway.call<{ readonly ID: string }>(
    '/v3/lease/grant',
    { TTL: String(Math.ceil(ttlMs / 1000)) },
    signal,
  )

const revoke = (gateway: Gateway, lease: string, signal: AbortSignal): Promise<unknown> =>
  gateway.call('/v3/lease/revoke', { ID: lease }, signal)
