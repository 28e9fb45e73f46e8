/**
 * Lists that transactions append to, kept in one of two ways. As `text`, a list is one row that holds its elements: an
 * append changes the row in place and reads nothing. As `rows`, each element is a row with its position, and an append asks
 * which position is free: transactions meet in predicates, and in rows that are not there yet.
 */
import type { ListAppendCall, ListAppendOperation } from '../../../workloads/list-append.ts'
import { type Connection, type Statement, transaction } from '../connection.ts'
import type { Dialect } from '../dialect.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

/** How lists are kept. */
export interface ListEncoding {
  read(connection: Connection, list: number): Promise<readonly number[]>
  append(connection: Connection, list: number, element: number): Promise<void>
}

export const listAppend =
  ({ read, append }: ListEncoding): Operation<ListAppendCall> =>
  ({ reads, writes }, { value }) => {
    const connection = value.every(([kind]) => kind === 'r') ? reads : writes
    return transaction(connection, async () => {
      const seen: ListAppendOperation[] = []
      for (const operation of value) {
        const [kind, list, element] = operation
        if (kind === 'r') {
          seen.push(['r', list, await read(connection, list)])
        } else {
          await append(connection, list, element)
          seen.push(operation)
        }
      }
      return seen
    })
  }

export const asText = ({ orUpdate, inserted }: Dialect): ListEncoding => {
  const read: Statement = { name: 'list', text: 'SELECT value FROM lists WHERE id = ?' }
  const append: Statement = {
    name: 'append',
    text: `INSERT INTO lists (id, value) VALUES (?, ?)
      ${orUpdate} value = concat(lists.value, ',', ${inserted('value')})`,
  }
  return {
    read: async (connection, list) => {
      const [row] = await connection.run(read, [list])
      return row === undefined ? [] : String(row[0]).split(',').map(whole)
    },
    append: async (connection, list, element) => {
      await connection.run(append, [list, String(element)])
    },
  }
}

/** Two that find the same position free cannot both have it: the primary key lets one of them fail. */
export const asRows: ListEncoding = {
  read: async (connection, list) =>
    (await connection.run(readRows, [list])).map(([element]) => whole(element)),
  append: async (connection, list, element) => {
    await connection.run(appendRow, [list, element, list])
  },
}

const readRows: Statement = {
  name: 'list-rows',
  text: 'SELECT element FROM list_rows WHERE list = ? ORDER BY position',
}

const appendRow: Statement = {
  name: 'append-row',
  text: `INSERT INTO list_rows (list, position, element)
    SELECT ?, coalesce(max(position), 0) + 1, ? FROM list_rows WHERE list = ?`,
}
