/**
 * MariaDB, MySQL and what speaks like them, one server a client. User, password and database are those that the
 * makers' images take from their environment (MYSQL_USER or MARIADB_USER, …); without a user it is root, and without a
 * database one of schism's own.
 */
import type { Protocol, Target } from '../../harness/api.ts'
import { Connection, type Login } from '../sql/mariadb/connection.ts'
import { dialect } from '../sql/mariadb/dialect.ts'
import { sqlProtocol } from './sql.ts'

const OWN_DATABASE = 'schism'

const takesWrites = async (connection: Connection): Promise<boolean> => {
  const [row = []] = await connection.run(dialect.writable)
  return dialect.takesWrites(row)
}

const loginOf = ({ environment }: Target): Login & { readonly database: string } => {
  const given = (name: string): string | undefined =>
    environment[`MYSQL_${name}`] ?? environment[`MARIADB_${name}`]
  const user = given('USER') ?? 'root'
  const password = user === 'root' ? given('ROOT_PASSWORD') : given('PASSWORD')
  const database = given('DATABASE') ?? OWN_DATABASE
  return { user, database, ...(password === undefined ? {} : { password }) }
}

/** A server that takes no writes takes them from root all the same, and is then unlike all others: not from a test. */
const obedient = async (connection: Connection): Promise<Connection> => {
  try {
    if (!(await takesWrites(connection)))
      await connection.run({ name: 'obey', text: 'SET SESSION TRANSACTION READ ONLY' })
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** A name as MySQL writes it, whatever is in it. */
const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

export default {
  summary: 'MariaDB and MySQL protocol: single statements on tables that schism makes',
  port: 3306,
  ...sqlProtocol({
    dialect,
    open: async (target) =>
      obedient(await Connection.open(target.node, undefined, loginOf(target))),
    openFirst: async (target) => {
      const { database, ...login } = loginOf(target)
      const connection = await Connection.open(target.node, undefined, login)
      try {
        if (await takesWrites(connection))
          await connection.run({
            name: 'make',
            text: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}`,
          })
        await connection.run({ name: 'use', text: `USE ${quoted(database)}` })
        return connection
      } catch (error) {
        connection.close()
        throw error
      }
    },
  }),
} satisfies Protocol
