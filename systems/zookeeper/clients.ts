/**
 * The data types that ZooKeeper speaks. A register is a znode, compared by its version; a set is the children of
 * a znode, each an element. Reads are answered by the client's own server, as it is or after a `sync`.
 */
import {
  type Call,
  type Client,
  type ClientContext,
  DefiniteError,
  Refused,
} from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import { settled } from './errors.ts'
import { Session, ZooKeeperError } from './session.ts'
import {
  create,
  getChildren,
  getData,
  NO_NODE,
  NODE_EXISTS,
  setData,
  sync,
  type Znode,
} from './tree.ts'

const REGISTERS = '/register'
const SET = '/set'

/** The znodes that must be there before clients come. */
export const parents: readonly string[] = [REGISTERS, SET]

export const openRegister = (context: ClientContext): Promise<Client<RegisterCall>> =>
  open(context, register)

export const openSet = (context: ClientContext): Promise<Client<SetCall>> => open(context, set)

const register: Operation<RegisterCall> = async (session, call, reads) => {
  const path = `${REGISTERS}/${call.key}`
  switch (call.f) {
    case 'read':
      return registerValue(await reads(session, path, getData))
    case 'write':
      await upsert(session, path, String(call.value))
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const znode = await reading(reads(session, path, getData))
      const saw = registerValue(znode)
      if (znode === undefined || saw !== from) throw new Refused([from, to, saw])
      await setData(session, path, String(to), znode.version)
      return [from, to]
    }
  }
}

const set: Operation<SetCall> = async (session, call, reads) => {
  switch (call.f) {
    case 'read':
      return (await reads(session, SET, getChildren)).map(whole)
    case 'add':
      await create(session, `${SET}/${call.value}`, '')
      return call.value
  }
}

/** Writes a znode, whether it is there or not. A step that fails changed nothing; the one that does not is the write. */
const upsert = async (session: Session, path: string, text: string): Promise<void> => {
  for (;;) {
    if (await succeeds(NO_NODE, setData(session, path, text))) return
    if (await succeeds(NODE_EXISTS, create(session, path, text))) return
  }
}

/** False when ZooKeeper refuses with this code. */
const succeeds = async (code: number, step: Promise<unknown>): Promise<boolean> => {
  try {
    await step
    return true
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === code) return false
    throw error
  }
}

/** The first step of a compare-and-set: whatever becomes of it, nothing was written. */
const reading = async <T>(read: Promise<T>): Promise<T> => {
  try {
    return await read
  } catch (error) {
    throw new DefiniteError(`read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

type Read<T> = (session: Session, path: string) => Promise<T>

/** How a read is done. */
type Reads = <T>(session: Session, path: string, read: Read<T>) => Promise<T>

const plain: Reads = (session, path, read) => read(session, path)

/** Both are on their way at once; a session's requests take effect in their order. */
const afterSync: Reads = async (session, path, read) => {
  const [, result] = await Promise.all([sync(session, path), read(session, path)])
  return result
}

/** One operation of a workload. Throws what a session throws. */
type Operation<C extends Call> = (session: Session, call: C, reads: Reads) => Promise<C['value']>

const open = async <C extends Call>(
  { node, options }: ClientContext,
  operation: Operation<C>,
): Promise<Client<C>> => {
  const session = await Session.open(node)
  const reads = options.reads === 'plain' ? plain : afterSync
  return {
    invoke: async (call, signal) => {
      if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
      // The answer must not reach a later operation, so the connection ends with the one that is late.
      const stop = (): void => session.abort()
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await operation(session, call, reads)
      } catch (error) {
        throw settled(error)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    close: async () => session.close(),
  }
}

const registerValue = (znode: Znode | undefined): number | null =>
  znode === undefined ? null : whole(znode.text)

const whole = (text: string): number => {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value))
    throw new Error(`ZooKeeper returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
