/** Clients of the store of replicated data types: each speaks to one replica. */
import type { Client, ClientContext, Json } from '../../../harness/api.ts'
import type { CrdtCall } from '../../../workloads/crdt/index.ts'
import { Connection } from '../connection.ts'

export const openCrdt = async (context: ClientContext): Promise<Client<CrdtCall>> => {
  const connection = new Connection(context)
  return {
    invoke: async ({ f, key, value }, signal) => {
      if (f === 'read') {
        const body = await connection.request({ type: 'read', key: String(key) }, signal)
        return body.value as unknown as CrdtCall['value']
      }
      const update = { f, ...value } as unknown as Json
      const { told } = await connection.request(
        { type: 'update', key: String(key), update },
        signal,
      )
      return { ...value, ...(told as object) } as CrdtCall['value']
    },
    close: () => connection.close(),
  }
}
