/**
 * Which of etcd's errors prove that the request was not applied and never will be. Only what etcd
 * decides before it proposes the request to Raft counts (etcdserver/v3_server.go and
 * api/v3rpc/{key,interceptor}.go of 3.4); everything else may have happened.
 */
import { DefiniteError } from '../../harness/api.ts'
import { EtcdError } from './gateway.ts'

/**
 * Left out on purpose:
 * - "request timed out…", "context deadline exceeded", "server stopped": said while the proposal may be
 *   on its way. (A proposal that waits for a leader ends in the second one too; nobody can tell.)
 * - "mvcc: database space exceeded": the applier applies the write first and then adds this error.
 * - "corrupt cluster": said by one member when it applies; the others may have applied it as usual.
 * - "leader changed", "no leader": end reads that wait, which need no proof.
 */
const notProposed: ReadonlySet<string> = new Set([
  // The member itself dropped it: no leader known or leadership moving; it was never forwarded.
  'raft proposal dropped',
  // Too much committed and not yet applied; checked before proposing.
  'etcdserver: too many requests',
  // The request itself is wrong; checked before proposing.
  'etcdserver: request is too large',
  'etcdserver: key is not provided',
  'etcdserver: too many operations in txn request',
  'etcdserver: duplicate key given in txn request',
  // The interceptor in front of the service: the member has not finished starting, or is a learner.
  'etcdserver: not capable',
  'etcdserver: rpc not supported for learner',
])

/** A DefiniteError when the request certainly was not applied, else the error itself (`info`). */
export const settled = (error: unknown): unknown =>
  (error instanceof EtcdError && notProposed.has(error.message)) || neverConnected(error)
    ? new DefiniteError((error as Error).message)
    : error

/** A request is written only on an established connection, so a failed `connect` sent nothing. */
const neverConnected = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'connect' || code === 'UND_ERR_CONNECT_TIMEOUT'
}
