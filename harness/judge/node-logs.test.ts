import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { notesOn } from './node-logs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a panic is told with its node and line, behind the time that every line begins with', () => {
  writeFileSync(join(folder, 'n1.log'), '2026-11-21T10:00:00.000000000Z ready to serve\n')
  writeFileSync(
    join(folder, 'n2.log'),
    '2026-11-21T10:00:00.000000000Z started\n2026-11-21T10:00:01.000000000Z panic: index out of range\n',
  )
  expect(notesOn(folder, unlimited)).toEqual([
    'panic: 1 line in the logs; first n2, n2.log:2: panic: index out of range',
  ])
})

test('nothing is told of quiet logs, of other files, and where there are none', () => {
  writeFileSync(join(folder, 'n1.log'), '1.5 panic is a word that people write\n')
  writeFileSync(join(folder, 'notes.txt'), '1.5 panic: not a log\n')
  expect(notesOn(folder, unlimited)).toEqual([])
  expect(notesOn(join(folder, 'absent'), unlimited)).toEqual([])
})
