/** What the protocols of SQL databases have in common: their tables are made where there are none. */
import type { Target } from '../../harness/api.ts'
import { briefly } from '../sql/ask.ts'
import { clientsOf } from '../sql/clients.ts'
import type { Connection, Statement } from '../sql/connection.ts'
import { type Dialect, tables } from '../sql/dialect.ts'

const ASK_MS = 1000

export interface Database {
  readonly dialect: Dialect
  readonly open: (target: Target) => Promise<Connection>
  /** Opens a connection on which tables can be made; `open` if absent. */
  readonly openFirst?: (target: Target) => Promise<Connection>
}

export const sqlProtocol = (database: Database) => {
  const { dialect, open, openFirst = open } = database
  const { writable, takesWrites, clock } = dialect

  const sessions = clientsOf(dialect, async (context) => {
    const connection = await open(context as Target)
    return { writes: connection, reads: connection }
  })
  const isWritable = async (connection: Connection): Promise<boolean> =>
    takesWrites((await connection.run(writable))[0] ?? [])
  return {
    clients: {
      register: (target: Target) => sessions.register(target),
      'read-write': (target: Target) => sessions.register(target),
      set: (target: Target) => sessions.set(target),
    },
    ready: (target: Target, signal: AbortSignal) =>
      briefly(
        () => openFirst(target),
        { limitMs: ASK_MS, signal },
        async (connection) => {
          if (await isWritable(connection))
            for (const table of tables) await connection.run(made(table))
          // A standby has the tables when it has caught up.
          else await connection.run({ name: 'standby', text: 'SELECT value FROM elements LIMIT 1' })
        },
      ),
    isPrimary: (target: Target, signal: AbortSignal) =>
      briefly(() => open(target), { limitMs: ASK_MS, signal }, isWritable),
    wallTime: (target: Target, signal: AbortSignal) =>
      briefly(
        () => open(target),
        { limitMs: ASK_MS, signal },
        async (connection) => {
          const [row] = await connection.run(clock)
          return { ms: Number(row?.[0]), withinMs: 0 }
        },
      ),
  }
}

const made = (table: string): Statement => {
  const [, name = ''] = /^CREATE TABLE (\w+)/.exec(table) ?? []
  return {
    name: `make-${name}`,
    text: table.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'),
  }
}
