/** Clients of the database: writes go to the writer, reads to the client's own database, which may be a replica. */
import type { Client, ClientContext, Json } from '../../../harness/api.ts'
import type { MultiRegisterCall } from '../../../workloads/multi-register.ts'
import { Session } from '../clients.ts'
import type { Access, Statement } from './commands.ts'

export const openMultiRegister = async (
  context: ClientContext,
): Promise<Client<MultiRegisterCall>> => {
  const session = new Session<Statement>(context, context.node.name)
  return {
    invoke: async ({ key, value: accesses }, signal) => {
      const pages = accesses.map(([, register]) => `registers/${key}/${register}`)
      const seen = await valuesOf(session, accesses, pages, signal)
      return accesses.map(([kind, register], place) => [kind, register, seen[place]!] as const)
    },
    close: () => session.close(),
  }
}

/** What each access read or wrote. */
const valuesOf = async (
  session: Session<Statement>,
  accesses: MultiRegisterCall['value'],
  pages: readonly string[],
  signal: AbortSignal,
): Promise<readonly (number | null)[]> => {
  if (accesses.every(([kind]) => kind === 'r')) {
    const { value } = await session.do({ f: 'read', keys: pages }, signal)
    return value as readonly (number | null)[]
  }
  const asked = accesses.map(([kind, , value], place): Access => [kind, pages[place]!, value])
  const { value } = await session.do({ f: 'txn', accesses: asked }, signal)
  return (value as readonly (readonly [string, string, Json])[]).map(
    ([, , seen]) => seen as number | null,
  )
}
