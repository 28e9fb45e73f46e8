import { describe, expect, it } from 'vitest'
import { DefiniteError, Refused } from '../../harness/api.ts'
import { settled } from './errors.ts'
import { ZooKeeperError } from './session.ts'

describe('a ZooKeeper error is definite', () => {
  it.each([
    [-101, 'no node'],
    [-103, 'bad version'],
    [-110, 'node exists'],
    [-112, 'session expired'],
    [-118, 'session moved'],
    [-119, 'server is read-only'],
  ])('when the leader refused: %i', (code, message) => {
    expect(settled(new ZooKeeperError(code))).toEqual(new DefiniteError(message))
  })

  it('when it is one already, and keeps what it saw', () => {
    const refused = new Refused([1, 2, 3])
    expect(settled(refused)).toBe(refused)
  })
})

describe('a ZooKeeper error is indefinite', () => {
  it.each([
    new ZooKeeperError(-1),
    new ZooKeeperError(-3),
    // Connection loss and time-outs, should a server ever say so.
    new ZooKeeperError(-4),
    new ZooKeeperError(-7),
    // A code of a later version.
    new ZooKeeperError(-200),
    new Error('the connection closed'),
    new Error('read ECONNRESET'),
    new RangeError('the message is too short'),
    // The same code from somebody else proves nothing.
    Object.assign(new Error('bad version'), { code: -103 }),
  ])('when the change may have been made: $message', (error) => {
    expect(settled(error)).toBe(error)
  })

  it('when it is no error at all', () => {
    expect(settled(-103)).toBe(-103)
  })
})
