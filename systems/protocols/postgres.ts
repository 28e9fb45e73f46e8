/**
 * PostgreSQL and what speaks like it, one server a client. User, password and database are those that the makers'
 * image takes from its environment: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB.
 */
import type { Protocol } from '../../harness/api.ts'
import { Connection } from '../sql/postgres/connection.ts'
import { dialect } from '../sql/postgres/dialect.ts'
import { sqlProtocol } from './sql.ts'

export default {
  summary: 'PostgreSQL protocol: single statements on tables that schism makes',
  port: 5432,
  ...sqlProtocol({
    dialect,
    open: ({ node, environment }) => {
      const { POSTGRES_USER: user = 'postgres', POSTGRES_PASSWORD: password } = environment
      const { POSTGRES_DB: database = user } = environment
      const login = { user, database, ...(password === undefined ? {} : { password }) }
      return Connection.open(node, { login })
    },
  }),
} satisfies Protocol
