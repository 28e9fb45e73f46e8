/**
 * The data types that NATS speaks. A register is a subject whose last message is its value; compare-and-set
 * reads it at the stream's leader and publishes on the condition that it is still the last one. A set is what
 * was ever published on one subject, read by consuming all of it.
 */
import {
  type Call,
  type Client,
  type ClientContext,
  DefiniteError,
  type OptionValues,
  Refused,
} from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import { Connection } from './connection.ts'
import { settled } from './errors.ts'
import {
  consumeAll,
  lastAnywhere,
  lastAtLeader,
  publish,
  REGISTER_SUBJECT,
  SET_SUBJECT,
} from './stream.ts'

export const openRegister = (context: ClientContext): Promise<Client<RegisterCall>> =>
  open(context, register)

export const openSet = (context: ClientContext): Promise<Client<SetCall>> => open(context, set)

const register: Operation<RegisterCall> = async (connection, call, { reads }) => {
  const subject = `${REGISTER_SUBJECT}.${call.key}`
  switch (call.f) {
    case 'read':
      return registerValue(
        reads === 'direct'
          ? await lastAnywhere(connection, subject)
          : (await lastAtLeader(connection, subject))?.text,
      )
    case 'write':
      await publish(connection, subject, String(call.value))
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const last = await reading(lastAtLeader(connection, subject))
      const saw = registerValue(last?.text)
      if (last === undefined || saw !== from) throw new Refused([from, to, saw])
      await publish(connection, subject, String(to), last.sequence)
      return [from, to]
    }
  }
}

const set: Operation<SetCall> = async (connection, call) => {
  switch (call.f) {
    case 'read':
      return (await consumeAll(connection, SET_SUBJECT)).map(whole)
    case 'add':
      await publish(connection, SET_SUBJECT, String(call.value))
      return call.value
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

/** One operation of a workload. Throws what the driver and JetStream throw. */
type Operation<C extends Call> = (
  connection: Connection,
  call: C,
  options: OptionValues,
) => Promise<C['value']>

const open = async <C extends Call>(
  { node, options }: ClientContext,
  operation: Operation<C>,
): Promise<Client<C>> => {
  const connection = await Connection.open(node)
  return {
    invoke: async (call, signal) => {
      if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
      // The answer must not reach a later operation, so the connection ends with the one that is late.
      const stop = (): void => void connection.close()
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await operation(connection, call, options)
      } catch (error) {
        throw settled(error)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    close: () => connection.close(),
  }
}

const registerValue = (text: string | undefined): number | null =>
  text === undefined ? null : whole(text)

const whole = (text: string): number => {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value))
    throw new Error(`NATS returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
