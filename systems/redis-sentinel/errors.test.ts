import { ReplyError } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { DefiniteError, Refused } from '../../harness/api.ts'
import { settled } from './errors.ts'

// ioredis exports the class without its types.
const reply = (message: string): Error => new (ReplyError as new (m: string) => Error)(message)

describe('a Redis error is definite', () => {
  it.each([
    reply("READONLY You can't write against a read only replica."),
    reply('LOADING Redis is loading the dataset in memory'),
    reply("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
    reply('NOREPLICAS Not enough good replicas to write.'),
    reply('CLUSTERDOWN The cluster is down'),
    reply('NOAUTH Authentication required.'),
    reply("OOM command not allowed when used memory > 'maxmemory'."),
    reply('EXECABORT Transaction discarded because of previous errors.'),
    reply('MISCONF Errors writing to the AOF file: Input/output error'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
  ])('when nothing was executed: $message', (error) => {
    const result = settled(error)
    expect(result).toBeInstanceOf(DefiniteError)
    expect((result as Error).message).toBe(error.message)
  })

  it('when it is one already, and keeps what it saw', () => {
    const refused = new Refused([1, 2, 3])
    expect(settled(refused)).toBe(refused)
  })
})

describe('a Redis error is indefinite', () => {
  it.each([
    // ioredis says this of commands in flight too.
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
    reply('UNBLOCKED force unblock from blocking operation, instance state changed'),
    reply('ERR something else'),
    reply('READONLYISH'),
    // The same words from somebody else prove nothing.
    new Error('READONLY'),
  ])('when it may have been executed: $message', (error) => {
    expect(settled(error)).toBe(error)
  })
})
