/** For tests only: schedules of two transactions that a database lets through or not, by the names of the literature. */
import type { Connection } from '../connection.ts'

const read = { name: 'balance', text: 'SELECT balance FROM accounts WHERE id = ?' }
const write = { name: 'set-balance', text: 'UPDATE accounts SET balance = ? WHERE id = ?' }

/** Accounts with balances of 1, and no others. */
export const openAccounts = async (
  connection: Connection,
  ...accounts: readonly string[]
): Promise<void> => {
  await connection.run({ name: 'remove', text: 'DELETE FROM accounts' })
  for (const account of accounts)
    await connection.run(
      { name: 'open', text: 'INSERT INTO accounts (id, balance) VALUES (?, 1)' },
      [account],
    )
}

export const balance = async (
  connection: Connection,
  account: string,
): Promise<number | undefined> => {
  const [row] = await connection.run(read, [account])
  return row === undefined ? undefined : Number(row[0])
}

/**
 * P4, lost update: both read x, the first writes it and commits, then the second does. `meanwhile` is waited for before the
 * second writes. @returns 'both', or what the second one's failure proves
 */
export const lostUpdate = (
  first: Connection,
  second: Connection,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<unknown> => concurrently(first, second, ['x', 'x'], meanwhile)

/** G2-item, write skew: both read x and y, the first writes x, the second y. @returns as `lostUpdate` */
export const writeSkew = (first: Connection, second: Connection): Promise<unknown> =>
  concurrently(first, second, ['x', 'y'], async () => {})

const concurrently = async (
  first: Connection,
  second: Connection,
  [one, other]: readonly [string, string],
  meanwhile: () => Promise<unknown>,
): Promise<unknown> => {
  for (const connection of [first, second]) {
    await connection.begin()
    await balance(connection, 'x')
    await balance(connection, 'y')
  }
  await first.run(write, [2, one])
  await first.commit()
  await meanwhile()
  try {
    await second.run(write, [3, other])
    await second.commit()
    return 'both'
  } catch (error) {
    return second.settled(error)
  } finally {
    second.close()
  }
}
