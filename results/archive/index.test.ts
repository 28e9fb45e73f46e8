import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sampleRun } from '../report/sample.test-helper.ts'
import { createRunFolder, StoreError, writeRun, writeVerdict, writeWhole } from '../store.ts'
import { INDEX, RunIndex } from './index.ts'
import { resolveRun } from './resolve.ts'

let root = ''
let store = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'schism-index-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeEach(() => {
  store = mkdtempSync(join(root, 'store-'))
})

const samples = { set: sampleRun('set', { seconds: 20 }), register: sampleRun('register') }

const keep = (id: string, of: keyof typeof samples, startedAt = '2026-01-02T03:04:05.000Z') => {
  const folder = createRunFolder(store, id)
  const { run, verdict } = samples[of]
  writeRun(folder, { ...run, id, startedAt })
  writeVerdict(folder, verdict)
  return folder
}

const outcomes = (index = new RunIndex(store)) =>
  index.rows().map(({ id, outcome }) => `${id} ${outcome}`)

describe('the index of a store', () => {
  test('has a row for every run, newest first, with what its files say', () => {
    keep('a', 'register', '2026-01-02T00:00:00.000Z')
    keep('b', 'set', '2026-01-03T00:00:00.000Z')
    writeRun(createRunFolder(store, 'c'), {
      ...samples.set.run,
      id: 'c',
      startedAt: '2026-01-01T00:00:00.000Z',
    })
    createRunFolder(store, 'no-plan-yet')
    const rows = new RunIndex(store).rows()
    expect(outcomes()).toEqual(['b violation', 'a valid', 'c unfinished'])
    expect(rows[0]).toMatchObject({
      system: 'redis-sentinel',
      workload: 'set',
      faults: ['partition'],
      seed: 45100,
      anomalies: ['lost'],
      says: expect.stringMatching(/^lost: \d+ elements were acknowledged/),
    })
    expect(rows[1]).toMatchObject({ says: '', promised: samples.register.run.claim.model })
  })

  test('counts operations where the verdict has them', () => {
    const stats = { 'ok.read': 3, 'ok.write': 4, 'fail.read': 1, 'info.write': 2 }
    const numbers = { ...stats, okPerSecond: 9.5, 'latencyMs.p99': 7, 'latencyMs.read.p99': 1 }
    const folder = keep('a', 'register')
    const checkers = { stats: { valid: true, stats: numbers } } as const
    writeVerdict(folder, { ...samples.register.verdict, checkers })
    const [row] = new RunIndex(store).rows()
    expect(row!.counts).toEqual({ ok: 7, fail: 1, info: 2, okPerSecond: 9.5, p99Ms: 7 })
  })

  test('sees what comes, changes and goes, and reads nothing else', () => {
    const a = keep('a', 'register')
    const b = keep('b', 'set')
    const index = new RunIndex(store)
    expect(outcomes(index)).toEqual(['b violation', 'a valid'])
    // A change behind the folder's back is not seen: nothing was read that had not changed.
    const path = join(b, 'verdict.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"violation"', '"unknown"'))
    expect(outcomes(index)).toEqual(['b violation', 'a valid'])
    expect(outcomes()).toEqual(['b violation', 'a valid'])
    writeVerdict(a, { ...samples.register.verdict, outcome: 'unknown', valid: 'unknown' })
    utimesSync(a, 1, 1)
    rmSync(b, { recursive: true })
    keep('c', 'set')
    expect(outcomes(index)).toEqual(['c violation', 'a unknown'])
    expect(outcomes()).toEqual(['c violation', 'a unknown'])
  })

  test('sees a verdict that comes within one tick of the clock of folders', () => {
    const folder = createRunFolder(store, 'a')
    writeRun(folder, { ...samples.set.run, id: 'a' })
    utimesSync(folder, 100, 100)
    const index = new RunIndex(store)
    expect(outcomes(index)).toEqual(['a unfinished'])
    writeVerdict(folder, samples.set.verdict)
    utimesSync(folder, 100, 100)
    expect(outcomes(index)).toEqual(['a violation'])
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['with a row that is none', (text: string) => text.replace('"seed":45100', '"seed":"x"')],
    ['no JSON', () => '\0\0\0'],
  ])('is made again when its file is %s', (_, damage) => {
    keep('a', 'register')
    outcomes()
    const path = join(store, INDEX)
    const good = readFileSync(path, 'utf8')
    writeWhole(store, INDEX, damage(good))
    expect(outcomes()).toEqual(['a valid'])
    expect(readFileSync(path, 'utf8')).toBe(good)
  })

  test('shows a damaged run as what it is, beside the others', () => {
    keep('a', 'register')
    writeWhole(keep('b', 'set'), 'run.json', '{"version":1')
    writeWhole(keep('c', 'set'), 'verdict.json', '[]')
    expect(outcomes()).toEqual(
      expect.arrayContaining(['a valid', 'b damaged', 'c damaged']) as string[],
    )
    const damaged = new RunIndex(store).rows().find(({ id }) => id === 'b')
    expect(damaged!.says).toMatch(/run\.json is not JSON/)
  })

  test('quotes nothing of a file that a link leads to', () => {
    const secret = join(root, 'secret')
    writeFileSync(secret, 'secret')
    const path = join(keep('a', 'register'), 'run.json')
    rmSync(path)
    symlinkSync(secret, path)
    const [row] = new RunIndex(store).rows()
    expect(row).toMatchObject({ outcome: 'damaged', says: expect.stringMatching(/is a link/) })
    expect(JSON.stringify(row)).not.toContain('"secret')
  })

  test('is done without where the store may only be read', () => {
    keep('a', 'register')
    // A folder in its place: root may write anything.
    mkdirSync(join(store, INDEX))
    chmodSync(store, 0o555)
    expect(outcomes()).toEqual(['a valid'])
    chmodSync(store, 0o755)
    expect(existsSync(join(store, INDEX, 'anything'))).toBe(false)
  })
})

describe('what is no store is refused in one line', () => {
  const refused = (path: string, says: RegExp) => {
    expect(() => new RunIndex(path)).toThrow(says)
    expect(() => new RunIndex(path)).toThrow(StoreError)
  }
  test('a folder that does not exist', () => refused(join(store, 'nowhere'), /no such folder/))
  test('a run', () => refused(keep('a', 'set'), /is a run's folder, not a store/))
  test('a folder of other things, in which no index is left', () => {
    writeFileSync(join(store, 'letter.txt'), '')
    refused(store, /nothing in it is a run's folder/)
    expect(existsSync(join(store, INDEX))).toBe(false)
  })
  test('a file', () => {
    writeFileSync(join(store, 'file'), '')
    refused(join(store, 'file'), /is not a store: part of the path is not a folder/)
  })
  test('but an empty folder is one', () => expect(outcomes()).toEqual([]))
})

describe('a run is named', () => {
  test('by id, by its beginning or end where that is enough, as latest and by its folder', () => {
    const first = keep('20260102T000000-etcd-a1', 'register')
    const second = keep('20260103T000000-etcd-b2', 'set')
    const of = (text: string) => resolveRun(store, text)
    expect(of('20260102T000000-etcd-a1')).toBe(first)
    expect(of('20260102')).toBe(first)
    expect(of('b2')).toBe(second)
    expect(of('latest')).toBe(second)
    expect(of(first)).toBe(first)
    expect(() => of('2026')).toThrow(/"2026" may be any of .*-b2, .*-a1: give more of it/)
    expect(() => of('20260102T000000-etcd-a2')).toThrow(/did you mean "20260102T000000-etcd-a1"/)
    expect(() => of('x')).toThrow(/no run "x"; "schism runs" lists them/)
    expect(() => of('./nowhere')).toThrow(/not a run's folder/)
  })

  test('exactly, though another one begins with it', () => {
    const short = keep('run', 'register')
    keep('run-2', 'set')
    expect(resolveRun(store, 'run')).toBe(short)
  })

  test('as latest in a store without a link, and in one without runs', () => {
    keep('a', 'set')
    const newest = keep('b', 'set')
    rmSync(join(store, 'latest'))
    expect(resolveRun(store, 'latest')).toBe(newest)
    expect(() => resolveRun(mkdtempSync(join(root, 'empty-')), 'latest')).toThrow(/no run yet/)
  })
})
