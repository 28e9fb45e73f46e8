/**
 * Which of MariaDB's errors prove that a statement that ran alone, or a COMMIT, changed nothing and never will. The number
 * counts only where the server said it, in an answer; everything else may have happened.
 */
import { DefiniteError } from '../../../harness/api.ts'

/**
 * By number (MariaDB 10.11, "MariaDB Error Code Reference"). Left out on purpose:
 * - 1053 (shutdown in progress), 1317 (interrupted), 1927 (connection killed), 1969 (statement time-out): a commit may be under way;
 * - 1180 (error during COMMIT): says that it failed, not where: with Galera it may be on its way to the others;
 * - 1105 (unknown error), 1158 to 1161 (the network).
 */
const rolledBack: ReadonlySet<number> = new Set([
  // Deadlock; with Galera also what fails certification, or stood in the way of a transaction from another node.
  1213,
  // The wait for a lock was too long: the statement is rolled back.
  1205,
  // The row has changed since it was read (innodb_snapshot_isolation).
  1020,
  // WSREP has not yet prepared the node for application use: refused before anything is executed.
  1047,
  // The server, or the transaction, is read-only.
  1290, 1792, 1836,
  // A value does not fit, or is there already.
  1048, 1062, 1264, 1406, 1451, 1452,
  // Wrong: syntax, no such table, column, database, privilege.
  1044, 1046, 1049, 1054, 1064, 1142, 1146,
  // No room: table, lock table, connections.
  1114, 1206, 1040, 1203,
])

/** A DefiniteError when the statement certainly changed nothing, else the error itself (`info`). */
export const settled = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { errno, sqlState } = error as { readonly errno?: unknown; readonly sqlState?: unknown }
  // Only an answer of the server has an SQLSTATE; numbers alone are the operating system's as well.
  if (typeof errno === 'number' && typeof sqlState === 'string' && rolledBack.has(errno))
    return new DefiniteError(`${errno}: ${error.message}`)
  return error.message.startsWith(NEVER_SENT) ? new DefiniteError(error.message) : error
}

/** What the driver says of a statement that it did not send. */
const NEVER_SENT = "Can't add new command when connection is in closed state"
