import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HistoryEvent } from '../checkers/history.ts'
import { readRun } from './read-run.ts'
import { sampleRun } from './report/sample.test-helper.ts'
import {
  createRunFolder,
  HistoryLog,
  listRuns,
  runFolder,
  StoreError,
  writeRun,
  writeVerdict,
} from './store.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'schism-store-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const readLines = (folder: string): readonly HistoryEvent[] =>
  readFileSync(join(folder, 'history.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as HistoryEvent)

describe('a store', () => {
  test('keeps runs, points latest at the newest and lists them newest first', () => {
    const store = join(root, 'runs')
    const { run, verdict } = sampleRun('set')
    for (const id of ['20260102T000000Z-a', '20260103T000000Z-b']) {
      const folder = createRunFolder(store, id)
      writeRun(folder, { ...run, id })
      writeVerdict(folder, verdict)
    }
    createRunFolder(store, '20260104T000000Z-no-plan-yet')
    expect(listRuns(store).map(({ id }) => id)).toEqual([
      '20260103T000000Z-b',
      '20260102T000000Z-a',
    ])
    expect(readlinkSync(join(store, 'latest'))).toBe('20260104T000000Z-no-plan-yet')
    const folder = runFolder(store, '20260102T000000Z-a')
    expect(readRun(folder)).toEqual({ ...run, id: '20260102T000000Z-a' })
    expect(readdirSync(folder).sort()).toEqual(['logs', 'run.json', 'verdict.json'])
  })

  test('that does not exist holds no runs', () => {
    expect(listRuns(join(root, 'nowhere'))).toEqual([])
  })

  test('refuses ids that could leave it', () => {
    for (const id of ['..', '../x', 'a/b', '', '.hidden', 'latest', 'a\0b', 'x'.repeat(200)])
      expect(() => runFolder(root, id), JSON.stringify(id)).toThrow(StoreError)
  })

  test('refuses a second run of the same id', () => {
    createRunFolder(root, 'twice')
    expect(() => createRunFolder(root, 'twice')).toThrow(/twice cannot be made: it exists already/)
  })

  test('that is a file is refused in one line', () => {
    const file = join(root, 'a-file')
    writeFileSync(file, '')
    expect(() => createRunFolder(file, 'run')).toThrow(/a-file cannot be used as a store/)
    expect(() => listRuns(file)).toThrow(/a-file is not a store: part of the path is not a folder/)
  })

  test('names the file and the field of a wrong run.json', () => {
    const folder = createRunFolder(root, 'wrong')
    const { run } = sampleRun('set')
    const written = (text: string) => {
      writeFileSync(join(folder, 'run.json'), text)
      return () => readRun(folder)
    }
    expect(written(JSON.stringify({ ...run, claim: { model: 7, says: '' } }))).toThrow(
      /run\.json: claim\.model: .*expected string/,
    )
    expect(written(JSON.stringify({ ...run, version: 2 }))).toThrow(/run\.json: version: /)
    expect(written('{"version": 1')).toThrow(/run\.json is not JSON: /)
    expect(written('[]')).toThrow(/run\.json: the document: /)
    rmSync(join(folder, 'run.json'))
    expect(() => readRun(folder)).toThrow(/run\.json cannot be read: no such file/)
  })
})

describe('a history log', () => {
  const events: readonly HistoryEvent[] = [
    { index: 0, time: 12, type: 'invoke', process: 0, f: 'read', key: 'a"\n', value: undefined },
    { index: 1, time: 1e15, type: 'ok', process: 0, f: 'read', key: 7, value: [1, null, '\u2028'] },
    { index: 2, time: 1e15, type: 'info', process: 'nemesis', f: 'kill', value: { a: 1 } },
    {
      index: 3,
      time: 2e15,
      type: 'info',
      process: 1,
      f: 'x',
      value: '\ud800\0',
      error: 'a\tb',
      node: 'n1',
    },
  ]

  test('reads back as it was written, fields in order, undefined as null', () => {
    const folder = createRunFolder(root, 'round-trip')
    const log = new HistoryLog(join(folder, 'history.jsonl'))
    for (const event of events) log.append(event)
    log.close()
    log.close()
    expect(readLines(folder)).toEqual(
      events.map((event) => ({ ...event, value: event.value ?? null })),
    )
    const last = readFileSync(join(folder, 'history.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!
    expect(Object.keys(JSON.parse(last))).toEqual(
      'index time type process f value node error'.split(' '),
    )
  })

  test('holds what was true at the append, and shows it in the file after a flush', () => {
    const folder = createRunFolder(root, 'flush')
    const log = new HistoryLog(join(folder, 'history.jsonl'))
    const value = [1]
    log.append({ index: 0, time: 0, type: 'invoke', process: 0, f: 'read', value })
    value.push(2)
    expect(readLines(folder)).toEqual([])
    log.flush()
    expect(readLines(folder)[0]!.value).toEqual([1])
    log.close()
  })

  test('writes numbers of every size as JSON does', () => {
    const folder = createRunFolder(root, 'numbers')
    const log = new HistoryLog(join(folder, 'history.jsonl'))
    const sizes = Array.from({ length: 16 }, (_, digits) => 10 ** digits)
    const values = [...sizes.flatMap((n) => [n - 1, n, n + 1]), 2 ** 31, 2 ** 53 - 1, -0, -7, 0.1]
    const more = [2 ** 53, 1e21, Number.NaN, true, '"', 1_000_001_000_000]
    for (const [index, value] of [...values, ...more].entries())
      log.append({ index, time: index, type: 'ok', process: 0, f: 'read', value })
    log.close()
    const lines = readFileSync(join(folder, 'history.jsonl'), 'utf8').split('\n').slice(0, -1)
    expect(lines.map((line) => line.slice(line.indexOf('"value":') + 8, -1))).toEqual(
      [...values, ...more].map((value) => JSON.stringify(value)),
    )
  })

  test('leaves out what is no JSON, whole', () => {
    const folder = createRunFolder(root, 'no-json')
    const log = new HistoryLog(join(folder, 'history.jsonl'))
    const event = { time: 0, type: 'ok', process: 0, f: 'read' } as const
    log.append({ ...event, index: 0, value: 7 })
    for (const value of [7n, { deep: 7n }])
      expect(() => log.append({ ...event, index: 1, value })).toThrow(TypeError)
    log.append({ ...event, index: 2, value: [7] })
    log.close()
    expect(readLines(folder).map(({ index }) => index)).toEqual([0, 2])
  })

  test('never overwrites a history', () => {
    const folder = createRunFolder(root, 'once')
    new HistoryLog(join(folder, 'history.jsonl')).close()
    expect(() => new HistoryLog(join(folder, 'history.jsonl'))).toThrow(
      /history\.jsonl cannot be made: it exists already/,
    )
  })

  test('keeps whole lines when the disk takes no more', () => {
    const folder = join(root, 'full')
    mkdirSync(folder)
    // A limit on the size of files stands in for a full disk: the kernel takes a part, then refuses.
    const script = `
      import { HistoryLog } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))}
      const log = new HistoryLog(${JSON.stringify(join(folder, 'history.jsonl'))})
      let index = 0
      try {
        for (;;) {
          for (let i = 0; i < 10; i++, index++)
            log.append({ index, time: index, type: 'invoke', process: index, f: 'add', value: index })
          log.flush()
        }
      } catch (error) { console.log(error.name + ': ' + error.message) }
      try { log.close() } catch (error) { console.log(error.name) }`
    const printed = execFileSync(
      'bash',
      [
        '-c',
        'ulimit -f 4 && exec "$0" --import tsx --input-type=module -e "$1"',
        process.execPath,
        script,
      ],
      { encoding: 'utf8', cwd: join(import.meta.dirname, '..') },
    )
    expect(printed).toMatch(/^StoreError: .*history\.jsonl cannot be written: .*\nStoreError\n$/)
    const lines = readLines(folder)
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.map(({ index }) => index)).toEqual(lines.map((_, i) => i))
    expect(readFileSync(join(folder, 'history.jsonl'), 'utf8').endsWith('\n')).toBe(true)
  })
})
