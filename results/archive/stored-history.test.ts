import { appendFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { sampleRun } from '../report/sample.test-helper.ts'
import { createRunFolder, files, HistoryLog, writeRun, writeVerdict, writeWhole } from '../store.ts'
import { readStored, toldVerdict } from './stored.ts'
import { storedHistory } from './stored-history.ts'

const store = mkdtempSync(join(tmpdir(), 'schism-stored-'))
afterAll(() => rmSync(store, { recursive: true }))

const sample = sampleRun('register', { seconds: 20 })
const events = [...sample.history]
let nth = 0

/** A run with so many events in its history. */
const keep = (count = events.length): string => {
  const folder = createRunFolder(store, `run-${nth++}`)
  writeRun(folder, sample.run)
  writeVerdict(folder, sample.verdict)
  const log = new HistoryLog(join(folder, files.history))
  for (const event of events.slice(0, count)) log.append(event)
  log.close()
  return folder
}
const stored = (folder: string) => storedHistory(readStored(folder))

describe('a stored run', () => {
  test('that is whole misses nothing', () => {
    const { history, numbers, missing } = stored(keep())
    expect(history.length).toBe(events.length)
    expect([numbers?.operations, missing]).toEqual([expect.any(Number), []])
  })

  test('with a line that is none shows what stands before it, and says where it is', () => {
    const folder = keep(100)
    appendFileSync(join(folder, files.history), 'garbage\n{"type":"ok"}\n')
    const { history, numbers, missing } = stored(folder)
    expect(history.length).toBe(100)
    expect(numbers?.operations).toBeGreaterThan(10)
    expect(missing).toEqual([
      expect.stringMatching(/history\.jsonl:101: .*; what stands before it is shown$/),
    ])
  })

  test('without a history, with an empty one or a folder in its place shows the rest', () => {
    const gone = keep(0)
    expect(stored(gone).missing).toEqual([expect.stringMatching(/ended before its first event/)])
    rmSync(join(gone, files.history))
    expect(stored(gone).missing).toEqual([expect.stringMatching(/no such file/)])
    symlinkSync(store, join(gone, files.history))
    expect(stored(gone)).toMatchObject({ numbers: undefined, missing: [expect.any(String)] })
    expect(readStored(gone)).toMatchObject({ run: { seed: 45100 }, verdict: { valid: true } })
  })

  test('with damaged files says each of them, and is unknown', () => {
    const folder = keep()
    writeWhole(folder, files.run, '{')
    writeFileSync(join(folder, files.verdict), '{"version":1}')
    const one = readStored(folder)
    expect(one).toMatchObject({ run: undefined, verdict: undefined })
    expect(one.missing).toEqual([
      expect.stringMatching(/run\.json is not JSON/),
      expect.stringMatching(/verdict\.json: input: /),
    ])
    const told = toldVerdict(one, one.missing)
    expect(told).toMatchObject({ outcome: 'unknown', valid: 'unknown', notes: [one.missing[1]] })
    expect(told.reason).toBe(one.missing[0])
  })
})
