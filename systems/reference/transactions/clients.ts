/** The clients of systems of transactions, by data type: each runs every call as a transaction of its own. */
import type { Call, Client, ClientContext } from '../../../harness/api.ts'
import { type AfterSilence, Transactions } from './client.ts'
import * as types from './types.ts'

/** @param afterSilence what clients of a run make of a commit that nobody answers */
export const transactionClients = (
  afterSilence: (context: ClientContext) => AfterSilence = () => 'ask-again',
) => {
  const client =
    <C extends Call>({ access, work }: types.Operation<C>) =>
    async (context: ClientContext): Promise<Client<C>> => {
      const transactions = new Transactions(context, afterSilence(context))
      return {
        invoke: (call, signal) =>
          transactions.run(access(call), (transaction) => work(transaction, call), signal),
        close: () => transactions.close(),
      }
    }
  return {
    'list-append': client(types.listAppend),
    'rw-register': client(types.rwRegister),
    bank: client(types.bank),
    predicate: client(types.predicate),
    register: client(types.register),
    set: client(types.set),
  }
}
