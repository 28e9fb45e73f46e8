/** A set as the rows of a table: every add and every read is one statement. */
import type { SetCall } from '../../../workloads/set.ts'
import { alone, type Statement } from '../connection.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

const add: Statement = { name: 'add', text: 'INSERT INTO elements (value) VALUES (?)' }

const readAll: Statement = { name: 'read-all', text: 'SELECT value FROM elements' }

export const set: Operation<SetCall> = async ({ reads, writes }, call) => {
  switch (call.f) {
    case 'read':
      return (await alone(reads, readAll)).map(([value]) => whole(value))
    case 'add':
      await alone(writes, add, [call.value])
      return call.value
  }
}
