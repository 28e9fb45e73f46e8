/**
 * What the data types need of a database: connections that run single statements and transactions and do
 * nothing by themselves. The rules of outcomes stand here, for all databases alike. A transaction that ends
 * before its COMMIT is sent has certainly not happened, whatever ended it, be it the connection: no server commits
 * what nobody asked it to commit. Of a COMMIT, and of a statement that runs alone, only the server's own word
 * proves that nothing happened, by the one table that each database has (`errors.ts`).
 */
import { DefiniteError } from '../../harness/api.ts'

/**
 * How long opening a connection may take: less than any sensible operation time-out, so that "never connected" is known as
 * such. Not much less: on a slow machine clients that give up and begin anew cost the server more than those that wait, until
 * nobody gets in.
 */
export const CONNECT_LIMIT_MS = 1500

/** A statement, by a name under which a server may keep its plan; `?` stands for each of its values. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Values as the database writes them: whole numbers of 64 bits may be text. */
export type Row = readonly unknown[]

export interface Connection {
  /** Executes one statement, in the open transaction or in one of its own. @throws what the driver throws */
  run(statement: Statement, values?: readonly (string | number)[]): Promise<readonly Row[]>
  begin(): Promise<void>
  /** @throws what the driver throws; DefiniteError where the server rolled back instead */
  commit(): Promise<void>
  /** A DefiniteError when the error proves that a statement or a commit changed nothing; else the error itself. */
  settled(error: unknown): unknown
  /** Drops the connection, and with it an open transaction, without waiting for an answer. */
  close(): void
}

/** What one client has: where it writes, and where transactions go that only read; often the same. */
export interface Session {
  readonly writes: Connection
  readonly reads: Connection
}

/** One statement, a transaction of its own. @throws DefiniteError when it certainly changed nothing */
export const alone = async (
  connection: Connection,
  statement: Statement,
  values: readonly (string | number)[] = [],
): Promise<readonly Row[]> => {
  try {
    return await connection.run(statement, values)
  } catch (error) {
    throw connection.settled(error)
  }
}

/** Runs some work in one transaction. @throws DefiniteError when it certainly was not committed */
export const transaction = async <T>(
  connection: Connection,
  work: () => Promise<T>,
): Promise<T> => {
  let value: T
  try {
    await connection.begin()
    value = await work()
  } catch (error) {
    // A client that failed is not used again: closing ends the transaction, and gives up its locks.
    connection.close()
    if (error instanceof DefiniteError) throw error
    throw new DefiniteError(error instanceof Error ? error.message : String(error))
  }
  try {
    await connection.commit()
  } catch (error) {
    throw connection.settled(error)
  }
  return value
}
