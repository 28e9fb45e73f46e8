/**
 * Which of NATS' errors prove that a message was not stored and never will be. Only what every server of the
 * stream decides in the same way counts (stream.go of 2.9, processJetStreamMsg), and what shows that the
 * request reached nobody. What the leader says of itself alone, that it is out of space or could not store the
 * message, does not: the message is in the Raft log by then, and the others may store it.
 */
import { ErrorCode, NatsError } from 'nats'
import { DefiniteError } from '../../harness/api.ts'
import { JetStreamError } from './stream.ts'

const notStored: ReadonlySet<number> = new Set([
  // The last message on the subject is another one than was expected, or that of the stream.
  10071, 10070,
  // The message was meant for another stream, is too large, or the stream takes no more at all.
  10060, 10054, 10109,
])

/** A DefiniteError when the message certainly was not stored, else the error itself (`info`). */
export const settled = (error: unknown): unknown => {
  if (error instanceof JetStreamError)
    return notStored.has(error.code) ? new DefiniteError(error.message) : error
  // A server says so of a request that nobody in the cluster listens to, as while a stream has no leader.
  return error instanceof NatsError && error.code === ErrorCode.NoResponders
    ? new DefiniteError('no responders')
    : error
}
