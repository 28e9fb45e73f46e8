/**
 * Transactions on lists: the commands of one are executed one after the other with nothing between them, by MULTI and EXEC
 * or in a script. Redis has nothing to roll back, and nothing here makes a command fail.
 */
import type { Redis } from 'ioredis'
import type { Client, ClientContext } from '../../harness/api.ts'
import type { ListAppendCall, ListAppendOperation } from '../../workloads/list-append.ts'
import { type Operation, open, reply, whole } from './clients.ts'

export const openListAppend = async (context: ClientContext): Promise<Client<ListAppendCall>> => {
  const session = await open(context)
  const operation = listAppend(context.options.transactions === 'lua' ? script : multi)
  return {
    invoke: (call, signal) => session.run(signal, call, operation),
    close: async () => session.close(),
  }
}

/** Executes the operations as one. @returns for each what it answered: for a read the list */
type Execute = (redis: Redis, operations: ListAppendCall['value']) => Promise<readonly unknown[]>

const listAppend =
  (execute: Execute): Operation<ListAppendCall> =>
  (session, { value }) => {
    const isRead = value.every(([kind]) => kind === 'r')
    return reply(execute(isRead ? session.reader : session.primary, value), (answers) => {
      const seen = value.map(
        (operation, at): ListAppendOperation =>
          operation[0] === 'r'
            ? ['r', operation[1], (answers[at] as readonly string[]).map(whole)]
            : operation,
      )
      return isRead ? seen : session.replicated(seen)
    })
  }

const keyOf = (list: number): string => `list:${list}`

const multi: Execute = async (redis, operations) => {
  const transaction = redis.multi()
  for (const [kind, list, element] of operations)
    if (kind === 'r') transaction.lrange(keyOf(list), 0, -1)
    else transaction.rpush(keyOf(list), String(element))
  const results = await transaction.exec()
  // Nothing is watched, so nothing is given up; an error of one command leaves the others done.
  if (results === null) throw new Error('EXEC answered nothing')
  return results.map(([error, result]) => {
    if (error !== null) throw new Error(`in a MULTI: ${error.message}`)
    return result
  })
}

const BODY = `local seen = {}
for i = 1, #KEYS do
  if ARGV[i] == 'r' then
    seen[i] = redis.call('LRANGE', KEYS[i], 0, -1)
  else
    redis.call('RPUSH', KEYS[i], ARGV[i])
    seen[i] = {}
  end
end
return seen`

/** A replica executes only what says that it writes nothing. */
const READS = `#!lua flags=no-writes\n${BODY}`
const WRITES = `#!lua\n${BODY}`

const script: Execute = async (redis, operations) => {
  const isRead = operations.every(([kind]) => kind === 'r')
  const keys = operations.map(([, list]) => keyOf(list))
  const values = operations.map(([kind, , element]) => (kind === 'r' ? kind : String(element)))
  return (await redis.eval(isRead ? READS : WRITES, keys.length, ...keys, ...values)) as unknown[]
}
