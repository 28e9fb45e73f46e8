/** Rows in two tables that transactions look for by what they belong to, and add where they find none. */
import { DefiniteError } from '../../../harness/api.ts'
import type { PredicateCall } from '../../../workloads/predicate.ts'
import { type Connection, type Statement, transaction } from '../connection.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

const select = (table: 'a' | 'b'): Statement => ({
  name: `rows-${table}`,
  text: `SELECT id FROM rows_${table} WHERE owner = ?`,
})
const insert = (table: 'a' | 'b'): Statement => ({
  name: `insert-${table}`,
  text: `INSERT INTO rows_${table} (owner, id) VALUES (?, ?)`,
})

export const predicate: Operation<PredicateCall> = ({ reads, writes }, call) => {
  const owner = Number(call.key)
  switch (call.f) {
    case 'scan':
      return transaction(reads, async () => [
        await rowsOf(reads, owner),
        await rowsOf(reads, owner),
      ])
    case 'insert':
      return transaction(writes, async () => {
        const [found] = await rowsOf(writes, owner)
        if (found !== undefined) throw new DefiniteError(`there is row ${found} already`)
        await writes.run(insert(call.value.table), [owner, call.value.row])
        return call.value
      })
  }
}

const rowsOf = async (connection: Connection, owner: number): Promise<readonly number[]> => {
  const rows = [
    ...(await connection.run(select('a'), [owner])),
    ...(await connection.run(select('b'), [owner])),
  ]
  return rows.map(([row]) => whole(row))
}
