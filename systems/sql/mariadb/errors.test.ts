import { itTellsOutcomes } from '../testing/outcomes.ts'
import { settled } from './errors.ts'

const said = (errno: number, sqlState = 'HY000'): Error =>
  Object.assign(new Error(`error ${errno}`), { errno, sqlState })

itTellsOutcomes({
  database: 'MariaDB',
  settled,
  definite: [
    said(1213, '40001'),
    said(1205),
    said(1020),
    said(1047, '08S01'),
    said(1062, '23000'),
    said(1290),
    said(1114),
    new Error("Can't add new command when connection is in closed state"),
  ],
  indefinite: [
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
  ],
  code: 1213,
})
