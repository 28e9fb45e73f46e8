import { describe, expect, it } from 'vitest'
import { DefiniteError } from '../../harness/api.ts'
import { settled } from './errors.ts'
import { EtcdError, errorMessage } from './gateway.ts'

const system = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall })

describe('an etcd error is definite', () => {
  it.each([
    new EtcdError('raft proposal dropped'),
    new EtcdError('etcdserver: too many requests'),
    new EtcdError('etcdserver: request is too large'),
    new EtcdError('etcdserver: key is not provided'),
    new EtcdError('etcdserver: not capable'),
    system('ECONNREFUSED', 'connect'),
    system('EHOSTUNREACH', 'connect'),
    system('ECONNRESET', 'connect'),
    Object.assign(new Error('Connect Timeout Error'), { code: 'UND_ERR_CONNECT_TIMEOUT' }),
  ])('when nothing was proposed: $message', (error) => {
    const result = settled(error)
    expect(result).toBeInstanceOf(DefiniteError)
    expect((result as Error).message).toBe(error.message)
  })
})

describe('an etcd error is indefinite', () => {
  it.each([
    new EtcdError('etcdserver: request timed out'),
    new EtcdError('etcdserver: request timed out, possibly due to previous leader failure'),
    new EtcdError('etcdserver: request timed out, possibly due to connection lost'),
    new EtcdError('context deadline exceeded'),
    new EtcdError('etcdserver: server stopped'),
    new EtcdError('etcdserver: leader changed'),
    new EtcdError('etcdserver: no leader'),
    // The applier applies the write and then adds this error.
    new EtcdError('etcdserver: mvcc: database space exceeded'),
    new EtcdError('etcdserver: corrupt cluster'),
    new EtcdError('HTTP 503'),
    new EtcdError('an error of a later version'),
    system('ECONNRESET', 'read'),
    system('EHOSTUNREACH', 'read'),
    system('EPIPE', 'write'),
    Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
    new DOMException('This operation was aborted', 'AbortError'),
    new SyntaxError('Unexpected end of JSON input'),
    // The same words from somebody else prove nothing.
    new Error('raft proposal dropped'),
  ])('when it may have been proposed: $message', (error) => {
    expect(settled(error)).toBe(error)
  })

  it('when it is no error at all', () => {
    expect(settled('raft proposal dropped')).toBe('raft proposal dropped')
  })
})

describe("the gateway's error body", () => {
  it.each([
    [503, '{"error":"etcdserver: request timed out","code":14}', 'etcdserver: request timed out'],
    [404, '404 page not found', 'HTTP 404'],
    [500, '{"error":7}', 'HTTP 500'],
    [500, 'null', 'HTTP 500'],
    [502, '', 'HTTP 502'],
  ])('%i %s is %s', (statusCode, text, message) => {
    expect(errorMessage(statusCode, text)).toBe(message)
  })
})
