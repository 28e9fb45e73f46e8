/**
 * Registers as rows of a table. Reads and writes are single statements; a compare-and-set locks the row, so that it
 * compares with what is there when it writes, at any isolation level.
 */
import { Refused } from '../../../harness/api.ts'
import type { RegisterCall } from '../../../workloads/register.ts'
import { alone, type Row, type Statement, transaction } from '../connection.ts'
import type { Dialect } from '../dialect.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

const read: Statement = { name: 'read', text: 'SELECT value FROM registers WHERE id = ?' }

/** Waits for whoever is writing the row, and then sees it as it is. */
const lock: Statement = { name: 'lock', text: `${read.text} FOR UPDATE` }

const update: Statement = { name: 'update', text: 'UPDATE registers SET value = ? WHERE id = ?' }

export const register = ({ orUpdate, inserted }: Dialect): Operation<RegisterCall> => {
  const write: Statement = {
    name: 'write',
    text: `INSERT INTO registers (id, value) VALUES (?, ?) ${orUpdate} value = ${inserted('value')}`,
  }
  return async ({ reads, writes }, call) => {
    const id = String(call.key)
    switch (call.f) {
      case 'read':
        return valueIn(await alone(reads, read, [id]))
      case 'write':
        await alone(writes, write, [id, call.value])
        return call.value
      case 'cas': {
        const [from, to] = call.value
        const saw = await transaction(writes, async () => {
          const value = valueIn(await writes.run(lock, [id]))
          if (value === from) await writes.run(update, [to, id])
          return value
        })
        if (saw !== from) throw new Refused([from, to, saw])
        return [from, to]
      }
    }
  }
}

const valueIn = ([row]: readonly Row[]): number | null => (row === undefined ? null : whole(row[0]))
