/** PostgreSQL's own SQL. */
import type { Dialect } from '../dialect.ts'

export const dialect: Dialect = {
  orUpdate: 'ON CONFLICT (id) DO UPDATE SET',
  orNothing: 'ON CONFLICT (id) DO NOTHING',
  inserted: (column) => `excluded.${column}`,
  writable: { name: 'recovering', text: 'SELECT pg_is_in_recovery()' },
  takesWrites: ([isRecovering]) => isRecovering === false,
  clock: { name: 'clock', text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8' },
}
