/**
 * The data types that PostgreSQL speaks. A register is a row of one table, a set is the rows of another.
 * Every call is one statement in a transaction of its own, at the stock isolation level, read committed.
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
import { Connection, type Row, type Statement } from './connection.ts'
import { settled } from './errors.ts'

export const openRegister = (context: ClientContext): Promise<Client<RegisterCall>> =>
  open(context, register)

export const openSet = (context: ClientContext): Promise<Client<SetCall>> => open(context, set)

const read: Statement = { name: 'read', text: 'SELECT value FROM register WHERE key = $1' }

const write: Statement = {
  name: 'write',
  text: `INSERT INTO register (key, value) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
}

/**
 * Tells what it saw and swaps if that is what was expected. FOR UPDATE waits for whoever is writing the row
 * and then sees the row as it is; without it, read committed would compare with the row as it was when
 * the statement began, and two could win.
 */
const compareAndSet: Statement = {
  name: 'compare-and-set',
  text: `WITH seen AS (SELECT key, value FROM register WHERE key = $1 FOR UPDATE),
    swapped AS (UPDATE register SET value = $3 FROM seen
      WHERE register.key = seen.key AND seen.value = $2 RETURNING 1)
    SELECT seen.value, EXISTS (SELECT FROM swapped) FROM seen`,
}

const register: Operation<RegisterCall> = async (connection, call) => {
  const key = String(call.key)
  switch (call.f) {
    case 'read': {
      const [row] = await connection.run(read, [key])
      return row === undefined ? null : whole(row[0])
    }
    case 'write':
      await connection.run(write, [key, call.value])
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const [row] = await connection.run(compareAndSet, [key, from, to])
      if (row?.[1] === true) return [from, to]
      throw new Refused([from, to, row === undefined ? null : whole(row[0])])
    }
  }
}

const add: Statement = { name: 'add', text: 'INSERT INTO element (value) VALUES ($1)' }

const readAll: Statement = { name: 'read-all', text: 'SELECT value FROM element' }

const set: Operation<SetCall> = async (connection, call) => {
  switch (call.f) {
    case 'read':
      return (await connection.run(readAll)).map(([value]: Row) => whole(value))
    case 'add':
      await connection.run(add, [call.value])
      return call.value
  }
}

/** One operation of a workload. Throws what the driver throws. */
type Operation<C extends Call> = (connection: Connection, call: C) => Promise<C['value']>

const open = async <C extends Call>(
  { node }: ClientContext,
  operation: Operation<C>,
): Promise<Client<C>> => {
  const connection = await Connection.open(node)
  return {
    invoke: async (call, signal) => {
      if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
      // The answer must not reach a later operation, so the connection ends with the one that is late.
      const stop = (): void => connection.close()
      signal.addEventListener('abort', stop, { once: true })
      try {
        return await operation(connection, call)
      } catch (error) {
        throw settled(error)
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    close: async () => connection.close(),
  }
}

const whole = (text: unknown): number => {
  const value = Number(text)
  if (typeof text !== 'string' || text === '' || !Number.isSafeInteger(value))
    throw new Error(`PostgreSQL returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
