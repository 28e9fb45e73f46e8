import { ErrorCode, NatsError } from 'nats'
import { describe, expect, it } from 'vitest'
import { DefiniteError, Refused } from '../../harness/api.ts'
import { settled } from './errors.ts'
import { JetStreamError } from './stream.ts'

describe('a NATS error is definite', () => {
  it.each([
    new JetStreamError(10071, 'wrong last sequence: 5'),
    new JetStreamError(10060, 'expected stream does not match'),
    new JetStreamError(10054, 'message size exceeds maximum allowed'),
    new JetStreamError(10109, 'invalid operation on sealed stream'),
  ])('when no server stored the message: $message', (error) => {
    expect(settled(error)).toEqual(new DefiniteError(error.message))
  })

  it('when nobody got the message', () => {
    expect(settled(NatsError.errorForCode(ErrorCode.NoResponders))).toEqual(
      new DefiniteError('no responders'),
    )
  })

  it('when it is one already, and keeps what it saw', () => {
    const refused = new Refused([1, 2, 3])
    expect(settled(refused)).toBe(refused)
  })
})

describe('a NATS error is indefinite', () => {
  it.each([
    // What the driver says of requests that are open when a connection closes.
    NatsError.errorForCode(ErrorCode.Timeout),
    NatsError.errorForCode(ErrorCode.ConnectionClosed),
    NatsError.errorForCode(ErrorCode.Disconnect),
    // Said by the leader alone, of a message that is in the log already.
    new JetStreamError(10077, 'error storing message'),
    new JetStreamError(10023, 'insufficient resources'),
    new JetStreamError(10002, 'resource limits exceeded for account'),
    new JetStreamError(10008, 'JetStream system temporarily unavailable'),
    new JetStreamError(0, 'raft: not leader'),
    new SyntaxError('Unexpected end of JSON input'),
    // The same code from somebody else proves nothing.
    Object.assign(new Error('wrong last sequence: 5'), { code: 10071 }),
    Object.assign(new Error('503'), { code: '503' }),
  ])('when the message may be stored: $message', (error) => {
    expect(settled(error)).toBe(error)
  })

  it('when it is no error at all', () => {
    expect(settled('503')).toBe('503')
  })
})
