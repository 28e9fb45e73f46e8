/**
 * Which of PostgreSQL's errors prove that a statement changed nothing and never will. A statement that
 * runs alone is a transaction of its own, and one that the server ends with an ERROR is rolled back. That
 * holds for severity ERROR only: FATAL and PANIC end the connection or the server, and a PANIC may come
 * while the commit is already on its way to the disk. So the server's word counts when its SQLSTATE stands
 * in this table (PostgreSQL 15, appendix A), and everything else may have happened.
 */
import { DatabaseError } from 'pg'
import { DefiniteError } from '../../../harness/api.ts'

/**
 * By SQLSTATE, or by its class, the first two characters. Left out on purpose:
 * - 08 connection exception: the commit may have been under way;
 * - 40003 statement_completion_unknown: says it itself;
 * - 57P01, 57P02, 57P05 (shut down, crash of another session, idle session): FATAL, the connection ends;
 * - XX000 internal_error: PostgreSQL did not expect to be there.
 */
const rolledBack: ReadonlySet<string> = new Set([
  // Data exception: a value does not fit.
  '22',
  // Integrity constraint violation.
  '23',
  // Invalid transaction state, above all 25006: a standby takes no writes.
  '25',
  // Invalid statement name.
  '26',
  // Transaction rolled back: for no reason named, to keep it serializable, by a constraint, by a deadlock.
  '40000',
  '40001',
  '40002',
  '40P01',
  // Syntax error or access rule violation.
  '42',
  // Insufficient resources: the disk is full, out of memory, too many connections.
  '53',
  // Program limit exceeded.
  '54',
  // Object not in the state that is needed, above all 55P03: a lock is not available.
  '55',
  // Query cancelled, by a person or by a time-out.
  '57014',
  // System error: the disk refused a read or a write. (A log that cannot be written is a PANIC.)
  '58',
  // Configuration file error.
  'F0',
  // A damaged page of a table, of an index.
  'XX001',
  'XX002',
])

/** What the driver says of a statement that it did not send. */
const neverSent: ReadonlySet<string> = new Set([
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
])

/** A DefiniteError when the statement certainly changed nothing, else the error itself (`info`). */
export const settled = (error: unknown): unknown => {
  if (error instanceof DatabaseError)
    return isRolledBack(error) ? new DefiniteError(`${error.code}: ${error.message}`) : error
  return error instanceof Error && neverSent.has(error.message)
    ? new DefiniteError(error.message)
    : error
}

const isRolledBack = ({ severity, code = '' }: DatabaseError): boolean =>
  severity === 'ERROR' && (rolledBack.has(code) || rolledBack.has(code.slice(0, 2)))
