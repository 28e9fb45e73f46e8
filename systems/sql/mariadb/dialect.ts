/** MariaDB's own SQL. */
import type { Dialect } from '../dialect.ts'

export const dialect: Dialect = {
  orUpdate: 'ON DUPLICATE KEY UPDATE',
  orNothing: 'ON DUPLICATE KEY UPDATE id = id',
  inserted: (column) => `VALUES(${column})`,
  writable: { name: 'read-only', text: 'SELECT @@global.read_only' },
  takesWrites: ([isReadOnly]) => Number(isReadOnly) === 0,
  clock: { name: 'clock', text: 'SELECT UNIX_TIMESTAMP(NOW(6)) * 1000' },
}
