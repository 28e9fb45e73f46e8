import { DatabaseError } from 'pg'
import { itTellsOutcomes } from '../testing/outcomes.ts'
import { settled } from './errors.ts'

const said = (severity: string, code: string | undefined): Error =>
  Object.assign(new DatabaseError(`${severity} ${code}`, 0, 'error'), { severity, code })

itTellsOutcomes({
  database: 'PostgreSQL',
  settled,
  definite: [
    said('ERROR', '40001'),
    said('ERROR', '40P01'),
    said('ERROR', '40002'),
    said('ERROR', '23505'),
    said('ERROR', '25006'),
    said('ERROR', '42P01'),
    said('ERROR', '53100'),
    said('ERROR', '55P03'),
    said('ERROR', '57014'),
    said('ERROR', '58030'),
    said('ERROR', 'XX001'),
    new Error('Client has encountered a connection error and is not queryable'),
    new Error('Client was closed and is not queryable'),
  ],
  indefinite: [
    new Error('Connection terminated unexpectedly'),
    new Error('Connection terminated'),
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
    said('ERROR', '08006'),
    said('ERROR', '40003'),
    said('ERROR', 'XX000'),
    said('ERROR', undefined),
    // The connection or the server ends; a commit may be on its way to the disk.
    said('FATAL', '57P01'),
    said('PANIC', '53100'),
    said('PANIC', '58030'),
    said('FATAL', '40001'),
    // The same code from somebody else proves nothing.
    Object.assign(new Error('40001'), { severity: 'ERROR', code: '40001' }),
  ],
  code: '40001',
})
