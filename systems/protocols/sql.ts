/** What the protocols of SQL databases have in common: their tables are made where there are none. */
import type { Target } from '../../harness/api.ts'
import { clientsOf } from '../sql/clients.ts'
import type { Connection, Row, Statement } from '../sql/connection.ts'
import { type Dialect, tables } from '../sql/dialect.ts'

const ASK_MS = 1000

export interface Database {
  readonly dialect: Dialect
  readonly open: (target: Target) => Promise<Connection>
  /** Asks whether a server takes writes. */
  readonly writable: Statement
  readonly takesWrites: (row: Row) => boolean
  /** Asks for ms since 1970. */
  readonly clock: Statement
}

export const sqlProtocol = ({ dialect, open, writable, takesWrites, clock }: Database) => {
  const sessions = clientsOf(dialect, async (context) => {
    const connection = await open(context as Target)
    return { writes: connection, reads: connection }
  })
  const ask = <T>(
    target: Target,
    signal: AbortSignal,
    question: (connection: Connection) => Promise<T>,
  ): Promise<T> => asked(() => open(target), signal, question)
  const isPrimary = (target: Target, signal: AbortSignal): Promise<boolean> =>
    ask(target, signal, async (connection) => {
      const [row] = await connection.run(writable)
      return takesWrites(row ?? [])
    })
  return {
    clients: {
      register: (target: Target) => sessions.register(target),
      'read-write': (target: Target) => sessions.register(target),
      set: (target: Target) => sessions.set(target),
    },
    ready: (target: Target, signal: AbortSignal) =>
      ask(target, signal, async (connection) => {
        const [row] = await connection.run(writable)
        if (takesWrites(row ?? [])) for (const table of tables) await connection.run(made(table))
        // A standby has the tables when it has caught up.
        else await connection.run({ name: 'standby', text: 'SELECT value FROM elements LIMIT 1' })
      }),
    isPrimary,
    wallTime: (target: Target, signal: AbortSignal) =>
      ask(target, signal, async (connection) => {
        const [row] = await connection.run(clock)
        return { ms: Number(row?.[0]), withinMs: 0 }
      }),
  }
}

const made = (table: string): Statement => {
  const [, name = ''] = /^CREATE TABLE (\w+)/.exec(table) ?? []
  return {
    name: `make-${name}`,
    text: table.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'),
  }
}

const asked = async <T>(
  open: () => Promise<Connection>,
  signal: AbortSignal,
  question: (connection: Connection) => Promise<T>,
): Promise<T> => {
  let connection: Connection | undefined
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)])
  const stop = (): void => connection?.close()
  limit.addEventListener('abort', stop, { once: true })
  try {
    connection = await open()
    return await question(connection)
  } finally {
    limit.removeEventListener('abort', stop)
    connection?.close()
  }
}
