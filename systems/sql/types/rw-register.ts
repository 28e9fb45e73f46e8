/** Registers that transactions write without looking at them, and read. */
import type { RwRegisterCall, RwRegisterOperation } from '../../../workloads/rw-register.ts'
import { type Statement, transaction } from '../connection.ts'
import type { Dialect } from '../dialect.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

const read: Statement = { name: 'r', text: 'SELECT value FROM txn_registers WHERE id = ?' }

export const rwRegister = ({ orUpdate, inserted }: Dialect): Operation<RwRegisterCall> => {
  const write: Statement = {
    name: 'w',
    text: `INSERT INTO txn_registers (id, value) VALUES (?, ?) ${orUpdate} value = ${inserted('value')}`,
  }
  return ({ reads, writes }, { value }) => {
    const connection = value.every(([kind]) => kind === 'r') ? reads : writes
    return transaction(connection, async () => {
      const seen: RwRegisterOperation[] = []
      for (const operation of value) {
        const [kind, id, wanted] = operation
        if (kind === 'r') {
          const [row] = await connection.run(read, [id])
          seen.push(['r', id, row === undefined ? null : whole(row[0])])
        } else {
          await connection.run(write, [id, wanted])
          seen.push(operation)
        }
      }
      return seen
    })
  }
}
