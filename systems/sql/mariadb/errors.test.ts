import { describe, expect, it } from 'vitest'
import { DefiniteError, Refused } from '../../../harness/api.ts'
import { settled } from './errors.ts'

const said = (errno: number, sqlState = 'HY000'): Error =>
  Object.assign(new Error(`error ${errno}`), { errno, sqlState })

describe('a MariaDB error is definite', () => {
  it.each([
    said(1213, '40001'),
    said(1205),
    said(1020),
    said(1047, '08S01'),
    said(1062, '23000'),
    said(1290),
    said(1114),
    new Error("Can't add new command when connection is in closed state"),
  ])('when the statement was rolled back or never sent: $message', (error) => {
    const result = settled(error)
    expect(result).toBeInstanceOf(DefiniteError)
    expect((result as Error).message).toContain(error.message)
  })

  it('when it is one already, and keeps what it saw', () => {
    const refused = new Refused([1, 2, 3])
    expect(settled(refused)).toBe(refused)
  })
})

describe('a MariaDB error is indefinite', () => {
  it.each([
    Object.assign(new Error('Connection lost: The server closed the connection.'), {
      code: 'PROTOCOL_CONNECTION_LOST',
      fatal: true,
    }),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104 }),
    said(1053, '08S01'),
    said(1180),
    said(1317, '70100'),
    said(1927, '70100'),
    said(1105),
    // The same number from somebody else proves nothing.
    Object.assign(new Error('somebody else'), { errno: 1213 }),
  ])('when the statement may have been committed: $message', (error) => {
    expect(settled(error)).toBe(error)
  })

  it('when it is no error at all', () => {
    expect(settled(1213)).toBe(1213)
  })
})
