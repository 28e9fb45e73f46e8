/**
 * Accounts as rows. A transfer does what careless applications do: it reads both balances, computes the new ones
 * itself and writes them, and leaves it to the isolation level that nobody else has changed them meanwhile.
 */
import { DefiniteError } from '../../../harness/api.ts'
import type { BankCall } from '../../../workloads/bank.ts'
import { type Connection, type Statement, transaction } from '../connection.ts'
import type { Dialect } from '../dialect.ts'
import type { Operation } from './operation.ts'
import { whole } from './whole.ts'

const balance: Statement = { name: 'balance', text: 'SELECT balance FROM accounts WHERE id = ?' }

const setBalance: Statement = {
  name: 'set-balance',
  text: 'UPDATE accounts SET balance = ? WHERE id = ?',
}

const readAll: Statement = { name: 'balances', text: 'SELECT id, balance FROM accounts' }

export const bank = ({ orNothing }: Dialect): Operation<BankCall> => {
  const open: Statement = {
    name: 'open',
    text: `INSERT INTO accounts (id, balance) VALUES (?, ?) ${orNothing}`,
  }
  return ({ reads, writes }, call) => {
    switch (call.f) {
      case 'open':
        return transaction(writes, async () => {
          for (const [account, amount] of Object.entries(call.value))
            await writes.run(open, [account, amount ?? 0])
          return call.value
        })
      case 'read':
        return transaction(reads, async () => {
          const rows = await reads.run(readAll)
          return Object.fromEntries(rows.map(([account, amount]) => [account, whole(amount)]))
        })
      case 'transfer':
        return transaction(writes, async () => {
          const { from, to, amount } = call.value
          const [has, other] = [await balanceOf(writes, from), await balanceOf(writes, to)]
          if (has < amount) throw new DefiniteError(`${from} has ${has}, less than ${amount}`)
          await writes.run(setBalance, [has - amount, from])
          await writes.run(setBalance, [other + amount, to])
          return call.value
        })
    }
  }
}

const balanceOf = async (connection: Connection, account: string): Promise<number> => {
  const [row] = await connection.run(balance, [account])
  if (row === undefined) throw new DefiniteError(`there is no account ${account}`)
  return whole(row[0])
}
