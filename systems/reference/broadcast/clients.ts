/** Clients of the broadcast service: each speaks to one node. */
import type { Client, ClientContext } from '../../../harness/api.ts'
import type { BroadcastCall } from '../../../workloads/broadcast.ts'
import { Connection } from '../connection.ts'

export const openBroadcast = async (context: ClientContext): Promise<Client<BroadcastCall>> => {
  const connection = new Connection(context)
  return {
    invoke: async ({ f, key, value }, signal) => {
      const channel = String(key)
      if (f === 'read') {
        const { messages } = await connection.request({ type: 'read', channel }, signal)
        return messages as readonly number[]
      }
      const message = value as number
      const { after } = await connection.request({ type: 'broadcast', channel, message }, signal)
      return after === undefined ? message : { message, after: after as readonly number[] }
    },
    close: () => connection.close(),
  }
}
