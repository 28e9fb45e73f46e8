/** MariaDB's own SQL. */
import type { Dialect } from '../dialect.ts'

export const dialect: Dialect = {
  orUpdate: 'ON DUPLICATE KEY UPDATE',
  orNothing: 'ON DUPLICATE KEY UPDATE id = id',
  inserted: (column) => `VALUES(${column})`,
}
